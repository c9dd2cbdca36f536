import { createHash } from 'node:crypto';
import { ProblemError, type Subject, type Upload } from '../../../src/domain/index.ts';
import type { Backend, BackendReply } from '../../../src/migration/replicas/backend.ts';

/** A picture is a number; 0 is none. */
export type Value = number;

/**
 * The fault of the backend. `lost answer`: the write takes effect, but its answer is lost. `nonsense`: its
 * answers are not in its dialect, and every second write takes effect. `knows nobody`: it says so of everybody.
 * `cannot be told`: a write cannot be said in its dialect, so nothing is sent.
 */
export type Trouble =
  | 'down'
  | 'nonsense'
  | 'knows nobody'
  | 'cannot be told'
  | 'refuses'
  | 'lost request'
  | 'lost answer';

/** The bytes that stand for a value. */
export function bytesOf(value: Value): Uint8Array {
  return Buffer.from(`picture ${value}`);
}

/** An upload that its client breaks off. */
export function brokenOff(value: Value): Upload {
  const bytes = Buffer.from(`picture ${value} and no more`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes: bytes.byteLength, sha256, source: { kind: 'memory', bytes } };
}

/** Whether the client broke it off. */
export function isBrokenOff(source: Upload['source']): boolean {
  return source.kind === 'memory' && Buffer.from(source.bytes).toString().endsWith('and no more');
}

/** An upload of a value. */
export function uploadOf(value: Value): Upload {
  const bytes = bytesOf(value);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes: bytes.byteLength, sha256, source: { kind: 'memory', bytes } };
}

/** The value that an upload or a digest stands for. */
export async function valueOf({ source }: Upload): Promise<Value> {
  if (source.kind !== 'memory') throw new Error('pictures of the model stay in memory');
  return Number(Buffer.from(source.bytes).toString().replace('picture ', ''));
}

/** A legacy backend with two slots, as simple as can be. Survives everything; only its answers get lost. */
export interface ModelBackend {
  /** As seen by one process. */
  readonly as: (step: <T>(act: () => Promise<T>) => Promise<T>) => Backend;
  /** `refuses` and what is lost last for one write, the others until they are taken back. */
  trouble(kind: Trouble | undefined): void;
  value(subjectKey: string, slot: number): Value;
  readonly writes: number;
}

/** See `ModelBackend`. */
export function createModelBackend(): ModelBackend {
  const held = new Map<string, Map<number, Value>>();
  let trouble: Trouble | undefined;
  let writes = 0;

  const done = (images: Map<number, Value> | undefined): BackendReply => ({
    losses: [],
    outcome: {
      kind: 'done',
      profile: {},
      images: [...(images ?? [])].map(([slot, value]) => ({ slot, url: String(value) })),
    },
  });
  const problem = (
    kind: 'subject-not-found' | 'image-not-found' | 'corrupt-image' | 'upstream-unavailable',
  ): BackendReply => ({
    losses: [],
    outcome: { kind: 'problem', problem: { kind } },
  });

  async function write(subject: Subject, apply: (slots: Map<number, Value>) => Promise<BackendReply>) {
    const now = trouble;
    if (now === 'down') throw new ProblemError({ kind: 'upstream-unavailable' });
    if (now === 'nonsense') {
      writes += 1;
      const slots = held.get(subject.key) ?? new Map<number, Value>();
      held.set(subject.key, slots);
      if (writes % 2 === 0) await apply(slots);
      return problem('upstream-unavailable');
    }
    if (now === 'cannot be told')
      throw new ProblemError({ kind: 'invalid-parameter', name: 'notes', location: 'body' });
    if (now === 'knows nobody') return problem('subject-not-found');
    trouble = undefined;
    if (now === 'refuses') return problem('corrupt-image');
    if (now === 'lost request') throw new ProblemError({ kind: 'upstream-timeout' });
    const slots = held.get(subject.key) ?? new Map<number, Value>();
    held.set(subject.key, slots);
    const reply = await apply(slots);
    writes += 1;
    if (now === 'lost answer') throw new ProblemError({ kind: 'upstream-timeout' });
    return reply;
  }

  return {
    trouble(kind) {
      trouble = kind;
    },
    value: (subjectKey, slot) => held.get(subjectKey)?.get(slot) ?? 0,
    get writes() {
      return writes;
    },
    as: (step) => ({
      slots: 2,
      canDelete: true,
      carryOut: (command, subject) =>
        step(async () => {
          switch (command.kind) {
            case 'put-images': {
              // A form without its end: a server that reads it to its end keeps nothing of it.
              if (command.images.some(({ upload }) => isBrokenOff(upload.source))) {
                throw new ProblemError({ kind: 'upstream-timeout' });
              }
              const puts = await Promise.all(
                command.images.map(async ({ slot, upload }) => [slot, await valueOf(upload)] as const),
              );
              return write(subject, async (slots) => {
                for (const [slot, value] of puts) slots.set(slot, value);
                return done(slots);
              });
            }
            case 'delete-images':
              return write(subject, async (slots) =>
                command.slots.map((slot) => slots.delete(slot)).every(Boolean)
                  ? done(slots)
                  : problem('image-not-found'),
              );
            case 'read-subject':
            case 'locate-images':
              if (trouble === 'down') throw new ProblemError({ kind: 'upstream-unavailable' });
              if (trouble === 'nonsense') return problem('upstream-unavailable');
              if (trouble === 'knows nobody') return problem('subject-not-found');
              return done(held.get(subject.key));
          }
        }),
      fetch: (image) =>
        step(async () => {
          if (trouble === 'down' || trouble === 'nonsense') {
            throw new ProblemError({ kind: 'upstream-unavailable' });
          }
          return { upload: uploadOf(Number(image.url)), release: async () => {} };
        }),
    }),
  };
}
