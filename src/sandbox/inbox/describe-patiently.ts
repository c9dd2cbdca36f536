import { setTimeout as pause } from 'node:timers/promises';
import { ProblemError } from '../../domain/index.ts';
import type { PictureDescriber } from '../../imaging/imaging.ts';
import type { PictureDescription } from '../../imaging/job.ts';

/** After this time, an upload is kept without a description. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 250;

/**
 * Says what a file is. Asks again where more files come than the workers can examine, because an upload is in
 * the inbox whether or not they are busy. The description is empty for a file that no worker can examine.
 */
export async function describePatiently(
  imaging: PictureDescriber,
  bytes: Buffer,
): Promise<PictureDescription> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await imaging.describe({ kind: 'memory', bytes });
    } catch (cause) {
      if (!(cause instanceof ProblemError)) throw cause;
      if (cause.problem.kind !== 'overloaded' || performance.now() > endMs) return {};
    }
    await pause(PAUSE_MS, undefined, { ref: false });
  }
}
