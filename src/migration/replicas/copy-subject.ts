import { type CommandContext, ProblemError, type Subject, type UpstreamImage } from '../../domain/index.ts';
import type { FetchedPicture } from './backend.ts';
import { blameBackend } from './blame-backend.ts';
import { openLocal } from './local-record.ts';
import type { ReplicaParts } from './replica-parts.ts';

/** Pictures can be replaced between the answer that names them and their download. */
const MAX_READS = 4;

/** A subject's pictures at the backend. They belong to one moment, as far as that can be told. */
export interface BackendPictures {
  readonly pictures: readonly { readonly slot: number; readonly fetched: FetchedPicture }[];
  /** Whether the backend knows the person. */
  readonly isKnown: boolean;
  readonly release: () => Promise<void>;
}

/**
 * Reads a subject's pictures in the wanted slots from the backend. Gives none for a subject that the backend
 * does not know.
 */
export async function readBackendPictures(
  { backend }: Pick<ReplicaParts, 'backend'>,
  subject: Subject,
  isWanted: (slot: number) => boolean = () => true,
): Promise<BackendPictures> {
  for (let read = 0; read < MAX_READS; read += 1) {
    const { outcome } = await backend.carryOut(
      { kind: 'read-subject', subject: { kind: 'key', key: subject.key }, images: true },
      subject,
    );
    if (outcome.kind === 'problem') {
      if (outcome.problem.kind === 'subject-not-found')
        return { pictures: [], isKnown: false, release: async () => {} };
      throw new ProblemError({ kind: 'upstream-unavailable' }, { cause: new ProblemError(outcome.problem) });
    }
    const images = outcome.kind === 'done' ? outcome.images : [];
    const wanted = images.filter(({ slot }) => isWanted(slot));
    const fetched = await fetchAll(backend, wanted, subject);
    if (fetched) return fetched;
  }
  throw new ProblemError({ kind: 'upstream-unavailable' });
}

async function fetchAll(
  backend: ReplicaParts['backend'],
  images: readonly UpstreamImage[],
  subject: Subject,
): Promise<BackendPictures | undefined> {
  const pictures: { readonly slot: number; readonly fetched: FetchedPicture }[] = [];
  const release = async () => {
    await Promise.all(pictures.map(({ fetched }) => fetched.release()));
  };
  try {
    for (const image of images) {
      const fetched = await backend.fetch(image, subject);
      if (!fetched) {
        await release();
        return undefined;
      }
      pictures.push({ slot: image.slot, fetched });
    }
  } catch (cause) {
    await release();
    throw cause;
  }
  return { pictures, isKnown: true, release };
}

/**
 * Copies every picture of a subject that was never written here, all in one swap. The swap fails where the
 * subject was written meanwhile. Call it with the subject's lease.
 */
export async function copySubject(
  parts: ReplicaParts,
  subject: Subject,
): Promise<'copied' | 'nothing there' | 'written here'> {
  const opened = await openLocal(parts, subject);
  if (opened.generation > 0) return 'written here';
  const { pictures, release } = await readBackendPictures(parts, subject);
  try {
    if (pictures.length === 0) return 'nothing there';
    const images = pictures.map(({ slot, fetched }) => ({ slot, upload: fetched.upload }));
    const context: CommandContext = { ...parts.localContext, opened };
    const subjectReference = { kind: 'key', key: subject.key } as const;
    await blameBackend(() =>
      parts.local.execute(
        { kind: 'put-images', subject: subjectReference, images, onlyIf: { kind: 'never-written' } },
        context,
      ),
    );
    return 'copied';
  } catch (cause) {
    if (cause instanceof ProblemError && cause.problem.kind === 'conflict') return 'written here';
    throw cause;
  } finally {
    await release();
  }
}
