import { ProblemError, type ProblemKind } from '../../domain/index.ts';

/** Faults of a picture. */
const PICTURE_FAULTS: ReadonlySet<ProblemKind> = new Set([
  'corrupt-image',
  'unsupported-format',
  'image-too-complex',
  'file-too-large',
  'file-too-small',
]);

/**
 * Works with a picture that the backend holds. A fault of that picture is the backend's, not the client's.
 */
export async function blameBackend<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof ProblemError) || !PICTURE_FAULTS.has(cause.problem.kind)) throw cause;
    throw new ProblemError({ kind: 'upstream-unavailable' }, { cause });
  }
}
