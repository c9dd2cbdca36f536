import type { Subject, SubjectRecord } from '../../domain/index.ts';
import type { Backend, BackendReply } from '../replicas/backend.ts';

/** A backend in memory that stands in for the real one in a drill; it keeps digests, not pictures. */
export interface StandInBackend extends Backend {
  /** The digest of what a slot holds. */
  readonly held: (subjectKey: string, slot: number) => string | undefined;
}

/** A stand-in that holds what the records say. */
export function createStandInBackend(
  slots: number,
  records: Iterable<readonly [subjectKey: string, record: SubjectRecord]>,
): StandInBackend {
  const held = new Map<string, Map<number, string>>();
  for (const [key, record] of records) {
    const own = Object.values(record.slots).flatMap((state) =>
      state.kind === 'image' ? [[state.image.slot, state.image.original.sha256] as const] : [],
    );
    held.set(key, new Map(own));
  }

  function done({ key }: Subject): BackendReply {
    const images = [...(held.get(key) ?? [])].map(([slot, url]) => ({ slot, url }));
    return { losses: [], outcome: { kind: 'done', profile: {}, images } };
  }

  return {
    slots,
    canDelete: true,
    held: (key, slot) => held.get(key)?.get(slot),
    async carryOut(command, subject) {
      const own = held.get(subject.key) ?? new Map<number, string>();
      held.set(subject.key, own);
      if (command.kind === 'put-images') {
        for (const { slot, upload } of command.images) own.set(slot, upload.sha256);
      }
      if (command.kind === 'delete-images') {
        const wasThere = command.slots.map((slot) => own.delete(slot)).every(Boolean);
        if (!wasThere) {
          return { losses: [], outcome: { kind: 'problem', problem: { kind: 'image-not-found' } } };
        }
      }
      return done(subject);
    },
    // Everybody in a drill is known here: nothing is ever copied.
    fetch: () => Promise.resolve(undefined),
  };
}
