import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import PQueue from 'p-queue';
import type { CommandExecutor, HeldBytes, Subject } from '../../domain/index.ts';
import type { ShadowSettings } from '../../settings/migration-settings.ts';
import { type Capture, createCapture } from '../exchange/capture.ts';
import type { Loopback } from '../exchange/loopback.ts';
import { createKeyedLocks } from '../journal/keyed-locks.ts';
import type { ParityBook } from '../parity/parity-tally.ts';
import { isEquivalent, overallVerdict } from '../parity/verdict.ts';
import { bytesOf } from '../upstream/encode-body.ts';
import { endToEnd } from '../upstream/hop-by-hop.ts';
import type { WholeAnswer } from '../upstream/read-answer.ts';
import type { CompareExchange } from './compare-exchange.ts';
import type { ShadowSubject } from './shadow-subject.ts';

/** A shadowed exchange after its client was served. */
export interface ShadowExchange {
  readonly subject: ShadowSubject;
  readonly request: IncomingMessage;
  readonly capture: Capture;
  readonly answer: WholeAnswer;
}

/** Does what the backend did once more, on shadow subjects, when nobody waits any more; and compares. */
export interface ShadowRunner {
  /** A copy of the body to come; `undefined` where this exchange is not compared (which is counted). */
  capture(subject: ShadowSubject): Capture | undefined;
  add(exchange: ShadowExchange): void;
  /** Counts an exchange that cannot be compared after all. */
  skip(subject: ShadowSubject, reason: string, capture: Capture): void;
  /** Resolves when everything added so far has been compared. */
  settle(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** Pause between two writings of the figures, in milliseconds. */
const FLUSH_MS = 2_000;
/** How long a stopping process waits for comparisons under way, in milliseconds. */
const STOP_MS = 5_000;

/** See `ShadowRunner`. */
export function createShadowRunner(parts: {
  readonly settings: ShadowSettings;
  readonly book: ParityBook;
  readonly loopback: Loopback;
  /** Works on shadow subjects. */
  readonly executor: CommandExecutor;
  readonly compare: CompareExchange;
  /** Whether anything was ever written under the shadow subject. */
  readonly isKnown: (subject: Subject) => Promise<boolean>;
  readonly nowMs: () => number;
  readonly folder: string;
  readonly memoryBytes: number;
  readonly maxBytes: number;
  readonly warn: (message: string, cause: unknown) => void;
}): ShadowRunner {
  const { settings, book } = parts;
  const queue = new PQueue({ concurrency: settings.concurrency });
  const locks = createKeyedLocks();
  const own = new Set<Promise<void>>();
  let heldBytes = 0;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  function keep(work: Promise<void>): void {
    const piece: Promise<void> = work
      .catch((cause: unknown) => parts.warn('shadow work failed', cause))
      .finally(() => own.delete(piece));
    own.add(piece);
  }

  async function attend(exchange: ShadowExchange): Promise<void> {
    const held = await exchange.capture.take();
    if (typeof held === 'string') return book.notCompared(`body: ${held}`);
    const size = held.source.kind === 'file' ? held.source.size : held.source.bytes.byteLength;
    if (heldBytes + size > settings.queueBytes) {
      await held.release();
      return book.notCompared('queue full');
    }
    heldBytes += size;
    // One subject's writes in the order in which the backend answered them.
    const unlock = await locks.acquire(exchange.subject.subject.key);
    try {
      await queue.add(() => perform(exchange, held));
    } finally {
      unlock();
      heldBytes -= size;
      await held.release();
    }
  }

  async function perform({ subject, request, answer }: ShadowExchange, held: HeldBytes): Promise<void> {
    if (stopping) return book.notCompared('stopped');
    const { operationId, command } = subject;
    if (command !== 'put-images' && !(await parts.isKnown(subject.subject))) {
      return book.notCompared('not written here yet');
    }
    let ours: WholeAnswer;
    try {
      ours = await parts.loopback.send({
        method: request.method ?? 'GET',
        target: request.url ?? '/',
        rawHeaders: endToEnd(request.rawHeaders),
        ...(command === 'put-images' ? { body: bytesOf(held.source) } : {}),
        executor: parts.executor,
        timeoutMs: settings.timeoutSeconds * 1000,
      });
    } catch (cause) {
      parts.warn('a shadowed exchange got no answer here', cause);
      return book.notCompared('no answer here');
    }
    const noise = book.noiseOf(operationId);
    const { levels, paths } = await parts.compare({ subject, theirs: answer, ours, noise });
    const verdict = overallVerdict(levels);
    book.compared(operationId, verdict, levels);
    if (isEquivalent(verdict)) return;
    await book.keep({
      atMs: parts.nowMs(),
      operationId,
      subjectKey: subject.subject.key,
      method: request.method ?? 'GET',
      path: (request.url ?? '/').split('?')[0] ?? '/',
      verdict,
      levels,
      paths,
      statuses: [answer.status, ours.status],
      ...(await digest(held)),
    });
  }

  function schedule(): void {
    timer = setTimeout(() => {
      flushing = book
        .flush()
        .catch((cause: unknown) => parts.warn('parity figures could not be kept', cause))
        .finally(schedule);
    }, FLUSH_MS);
    timer.unref();
  }

  return {
    capture() {
      if (Math.random() * 100 >= settings.percent) {
        book.notCompared('not sampled');
        return undefined;
      }
      if (own.size >= settings.queue) {
        book.notCompared('queue full');
        return undefined;
      }
      return createCapture(parts);
    },
    add: (exchange) => keep(attend(exchange)),
    skip(_subject, reason, capture) {
      book.notCompared(reason);
      keep(capture.drop());
    },
    async settle() {
      while (own.size > 0) await Promise.all(own);
      await book.flush();
    },
    start: schedule,
    async stop() {
      clearTimeout(timer);
      stopping = true;
      await Promise.race([Promise.all(own), new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())]);
      clearTimeout(timer);
      await flushing;
      await book.flush().catch((cause: unknown) => parts.warn('parity figures could not be kept', cause));
    },
  };
}

async function digest({ source }: HeldBytes): Promise<{ requestSha256?: string }> {
  const hash = createHash('sha256');
  for await (const piece of bytesOf(source)) hash.update(piece);
  return { requestSha256: hash.digest('hex') };
}
