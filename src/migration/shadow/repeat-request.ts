import type { IncomingMessage } from 'node:http';
import type { CommandExecutor, CommandOf } from '../../domain/index.ts';
import type { Loopback } from '../exchange/loopback.ts';
import { compareMeaning } from '../parity/compare-meaning.ts';
import { compareWire } from '../parity/compare-wire.ts';
import type { ParityBook } from '../parity/parity-tally.ts';
import { bytesOf } from '../upstream/encode-body.ts';
import { endToEnd } from '../upstream/hop-by-hop.ts';
import type { HttpBackend } from '../upstream/http-backend.ts';
import type { WholeAnswer } from '../upstream/read-answer.ts';
import type { CompareHeldPictures } from './compare-held-pictures.ts';
import type { Repeat, ShadowedRequest, ShadowFinding } from './shadow-exchange.ts';
import type { ShadowSubject } from './shadow-subject.ts';

/**
 * Sends a client's request to the gateway's own listener, and compares both answers on all four levels; pictures where the answers agree
 * on what there is.
 */
export function createRepeatRequest(parts: {
  readonly loopback: Loopback;
  /** Works on shadow subjects. */
  readonly executor: CommandExecutor;
  readonly backend: Pick<HttpBackend, 'meaningOf'>;
  readonly comparePictures: CompareHeldPictures;
  /** Asks the backend the same once more. */
  readonly askAgain: (request: IncomingMessage) => Promise<WholeAnswer>;
  readonly book: Pick<ParityBook, 'noiseOf' | 'learnNoise'>;
  /** Every so many reads the noise is learned; 0: never. */
  readonly noiseEvery: number;
  readonly timeoutMs: number;
  readonly warn: (message: string, cause: unknown) => void;
}): Repeat<ShadowedRequest> {
  const { book, noiseEvery } = parts;
  let reads = 0;

  return async ({ request, answer: theirs }, subject, [body]) => {
    const { operationId, command } = subject;
    let ours: WholeAnswer;
    try {
      ours = await parts.loopback.send({
        method: request.method ?? 'GET',
        target: request.url ?? '/',
        rawHeaders: endToEnd(request.rawHeaders),
        ...(command === 'put-images' && body ? { body: bytesOf(body.source) } : {}),
        executor: parts.executor,
        timeoutMs: parts.timeoutMs,
      });
    } catch (cause) {
      parts.warn('a shadowed exchange got no answer here', cause);
      return 'no answer here';
    }
    if (command === 'read-subject') await learnNoise(operationId, request);
    return compare(subject, theirs, ours);
  };

  async function compare(
    subject: ShadowSubject,
    theirs: WholeAnswer,
    ours: WholeAnswer,
  ): Promise<ShadowFinding> {
    const command = commandOf(subject);
    const paths = compareWire(theirs, ours, book.noiseOf(subject.operationId));
    const there = parts.backend.meaningOf(command, theirs);
    const meaning = compareMeaning(there, parts.backend.meaningOf(command, ours));
    const wire = paths.length === 0 ? 'same' : 'differs';
    const statuses = [theirs.status, ours.status] as const;
    if (meaning !== 'same' || there.kind !== 'done') return { levels: { wire, meaning }, paths, statuses };
    const pictures = await parts.comparePictures(there.images, subject.subject);
    return { levels: { wire, meaning, ...pictures }, paths, statuses };
  }

  /**
   * What differs between the backend and itself, twice in a row, is noise. Twice, because a write between two answers makes but one pair
   * differ.
   */
  async function learnNoise(operationId: string, request: IncomingMessage): Promise<void> {
    reads += 1;
    if (noiseEvery === 0 || reads % noiseEvery !== 1) return;
    try {
      const [first, second, third] = [
        await parts.askAgain(request),
        await parts.askAgain(request),
        await parts.askAgain(request),
      ];
      const later = new Set(compareWire(second, third));
      book.learnNoise(
        operationId,
        compareWire(first, second).filter((path) => later.has(path)),
      );
    } catch (cause) {
      parts.warn('the backend could not be compared with itself', cause);
    }
  }
}

function commandOf({ command, subject }: ShadowSubject): CommandOf<ShadowSubject['command']> {
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
