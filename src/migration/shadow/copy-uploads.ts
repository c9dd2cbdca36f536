import { link, rm } from 'node:fs/promises';
import type { ByteSource, HeldBytes } from '../../domain/index.ts';
import type { ShadowCopy, ShadowedCommand } from './shadow-task.ts';

/**
 * Keeps the uploads of a command longer than its request. Bytes in memory are kept as they are. A file gets a
 * second name from `newPath` on the same file system, so that no request waits for a copy. Call it before the
 * request can end.
 */
export function copyUploads(command: ShadowedCommand, newPath: () => string): ShadowCopy {
  const sources = command.kind === 'put-images' ? command.images.map(({ upload }) => upload.source) : [];
  const all = Promise.allSettled(sources.map((source) => holdAgain(source, newPath)));
  async function release(): Promise<void> {
    for (const one of await all) if (one.status === 'fulfilled') await one.value.release();
  }
  return {
    async take() {
      const held = (await all).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      if (held.length === sources.length) return held;
      await release();
      return 'disk';
    },
    drop: release,
  };
}

async function holdAgain(source: ByteSource, newPath: () => string): Promise<HeldBytes> {
  // Read now, because bytes that are still in separate parts are lost when the request ends.
  if (source.kind === 'memory') {
    return { source: { kind: 'memory', bytes: source.bytes }, release: async () => {} };
  }
  const path = newPath();
  await link(source.path, path);
  return { source: { ...source, path }, release: () => rm(path, { force: true }) };
}
