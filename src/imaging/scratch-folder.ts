import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** No job lives nearly as long: what is older was left by a process that died. */
const LEFT_BEHIND_AFTER_MS = 3_600_000;

/** Where the rendition with that index of a job lies. */
export function scratchPath(scratch: string, index: number): string {
  return `${scratch}-${index}`;
}

/** Makes the folder and removes what a crash left in it. Other processes may be using it. */
export async function prepareScratchFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    if (!name.startsWith('rendition-')) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > LEFT_BEHIND_AFTER_MS) await rm(path, { force: true });
  }
}

/** Removes the files of one job, those of a worker that was killed half-way included. */
export async function clearScratch(scratch: string, renditions: number): Promise<void> {
  for (let index = 0; index < renditions; index++) await rm(scratchPath(scratch, index), { force: true });
}
