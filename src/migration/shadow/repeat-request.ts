import type { CommandExecutor, CommandOf, Subject } from '../../domain/index.ts';
import type { InternalRequest, InternalResponse } from '../../gateway/requests/execute-request.ts';
import type { PeopleLearner } from '../learn/people-learner.ts';
import { compareMeaning } from '../parity/compare-meaning.ts';
import { compareWire } from '../parity/compare-wire.ts';
import { readDifferingValues } from '../parity/differing-values.ts';
import type { ParityBook } from '../parity/parity-tally.ts';
import type { ForwardedCall } from '../requests/intercepted-call.ts';
import { bytesOf } from '../upstream/encode-body.ts';
import { endToEnd } from '../upstream/hop-by-hop.ts';
import type { HttpBackend } from '../upstream/http-backend.ts';
import type { WholeAnswer } from '../upstream/read-answer.ts';
import type { CompareHeldPictures } from './compare-held-pictures.ts';
import type { Repeat, ShadowedRequest, ShadowFinding } from './shadow-task.ts';
import type { ShadowedOperation } from './shadowed-operation.ts';
import { withinTime } from './within-time.ts';

/** Handles a request as the gateway handles every request, without a connection. */
export type RepeatLocally = (request: InternalRequest) => Promise<InternalResponse>;

/**
 * Lets the gateway handle a client's request again, and compares both answers on all four levels. Pictures are
 * compared only where both answers have pictures in the same slots.
 */
export function createRepeatRequest(parts: {
  readonly repeat: RepeatLocally;
  /** Works on shadow subjects. */
  readonly executor: CommandExecutor;
  readonly backend: Pick<HttpBackend, 'meaningOf'>;
  readonly learner: Pick<PeopleLearner, 'learn'>;
  readonly comparePictures: CompareHeldPictures;
  /** Sends the same request to the backend again. */
  readonly askAgain: (call: ForwardedCall, subject: Subject) => Promise<WholeAnswer>;
  readonly book: Pick<ParityBook, 'noiseOf' | 'learnNoise'>;
  /** See `volatileMembers`. */
  readonly volatile: ReadonlySet<string>;
  /** The noise is learned at one of this many reads; 0: never. */
  readonly noiseEvery: number;
  /** Response headers and JSON pointers that may differ. */
  readonly ignore: readonly string[];
  /** Whether both values at the differing paths are kept. */
  readonly keepValues: boolean;
  readonly timeoutMs: number;
  readonly warn: (message: string, cause: unknown) => void;
}): Repeat<ShadowedRequest> {
  const { book, noiseEvery, volatile } = parts;
  const ignored = parts.ignore.map((rule) => (rule.startsWith('/') ? rule : `header:${rule.toLowerCase()}`));
  let reads = 0;

  return async ({ call, answer: theirs }, operation, [body]) => {
    const { request } = call;
    const { command } = operation;
    let ours: WholeAnswer;
    try {
      const signal = AbortSignal.timeout(parts.timeoutMs);
      const handled = parts.repeat({
        method: request.method ?? 'GET',
        target: call.target,
        rawHeaders: endToEnd(request.rawHeaders),
        ...(command === 'put-images' && body ? { body: bytesOf(body.source) } : {}),
        executor: parts.executor,
        signal,
      });
      ours = asWholeAnswer(await withinTime(handled, parts.timeoutMs));
    } catch (cause) {
      parts.warn('a shadowed request got no answer here', cause);
      return 'no answer here';
    }
    if (command === 'read-subject') await learnNoise(call, operation);
    return compare(operation, theirs, ours);
  };

  async function compare(
    operation: ShadowedOperation,
    theirs: WholeAnswer,
    ours: WholeAnswer,
  ): Promise<ShadowFinding> {
    const command = commandOf(operation);
    const noise = new Set([...book.noiseOf(operation.operationId), ...ignored]);
    const paths = compareWire(theirs, ours, { noise, volatile });
    const ignoredPaths =
      noise.size === 0 ? [] : compareWire(theirs, ours, { volatile }).filter((path) => !paths.includes(path));
    const there = parts.backend.meaningOf(command, theirs);
    if (there.kind === 'done') parts.learner.learn(operation.subject, there.profile);
    const meaning = compareMeaning(there, parts.backend.meaningOf(command, ours));
    const wire = paths.length === 0 ? 'same' : 'differs';
    const statuses = [theirs.status, ours.status] as const;
    const differing = [...paths, ...ignoredPaths];
    const values =
      parts.keepValues && differing.length > 0
        ? { values: readDifferingValues(theirs, ours, differing) }
        : {};
    const found = {
      paths,
      statuses,
      ...(ignoredPaths.length > 0 ? { ignored: ignoredPaths } : {}),
      ...values,
    };
    if (meaning !== 'same' || there.kind !== 'done') return { ...found, levels: { wire, meaning } };
    const { levels, ...seen } = await parts.comparePictures(there.images, operation.subject);
    return { ...found, ...seen, levels: { wire, meaning, ...levels } };
  }

  /**
   * Paths at which the backend differs from itself twice in a row are noise. Two pairs of answers are compared,
   * because a write in between makes only one pair differ.
   */
  async function learnNoise(call: ForwardedCall, { operationId, subject }: ShadowedOperation): Promise<void> {
    reads += 1;
    if (noiseEvery === 0 || reads % noiseEvery !== 1) return;
    try {
      const [first, second, third] = [
        await parts.askAgain(call, subject),
        await parts.askAgain(call, subject),
        await parts.askAgain(call, subject),
      ];
      const later = new Set(compareWire(second, third, { volatile }));
      book.learnNoise(
        operationId,
        compareWire(first, second, { volatile }).filter((path) => later.has(path)),
      );
    } catch (cause) {
      parts.warn('the backend could not be compared with itself', cause);
    }
  }
}

function asWholeAnswer({ status, headers, bytes }: InternalResponse): WholeAnswer {
  return { status, statusText: '', rawHeaders: Object.entries(headers).flat(), bytes };
}

function commandOf({ command, subject }: ShadowedOperation): CommandOf<ShadowedOperation['command']> {
  const reference = { kind: 'key', key: subject.key } as const;
  switch (command) {
    case 'put-images':
      return { kind: command, subject: reference, images: [] };
    case 'delete-images':
      return { kind: command, subject: reference, slots: [0] };
    case 'read-subject':
      return { kind: command, subject: reference, images: true };
  }
}
