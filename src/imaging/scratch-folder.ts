import { rm } from 'node:fs/promises';

/** The path of a job's rendition with that index. */
export function scratchPath(scratch: string, index: number): string {
  return `${scratch}-${index}`;
}

/** Removes the files of one job, also those of a worker that was killed half-way. */
export async function clearScratch(scratch: string, renditions: number): Promise<void> {
  for (let index = 0; index < renditions; index++) await rm(scratchPath(scratch, index), { force: true });
}
