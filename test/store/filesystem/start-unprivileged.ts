/*
 * Starts a store as the user `nobody` where this process is root, else as its own user, and prints why that
 * fails.
 */
import { StoreError } from '../../../src/domain/index.ts';
import { createFilesystemStore } from '../../../src/store/filesystem/filesystem-store.ts';

if (process.getuid?.() === 0) process.setuid?.(65_534);
await createFilesystemStore({ folder: String(process.argv[2]) })
  .start({ create: true })
  .then(
    () => process.stdout.write('started'),
    (cause: unknown) => process.stdout.write(cause instanceof StoreError ? cause.reason : String(cause)),
  );
