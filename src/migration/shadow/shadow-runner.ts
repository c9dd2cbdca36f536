import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import PQueue from 'p-queue';
import {
  type CommandExecutor,
  type HeldBytes,
  type ObjectStore,
  ProblemError,
  type ProblemKind,
  type Subject,
} from '../../domain/index.ts';
import type { ShadowSettings } from '../../settings/migration-settings.ts';
import { type Capture, createCapture } from '../exchange/capture.ts';
import type { Loopback } from '../exchange/loopback.ts';
import { createKeyedLocks } from '../journal/keyed-locks.ts';
import { compareWire } from '../parity/compare-wire.ts';
import type { NotComparedReason, ParityBook } from '../parity/parity-tally.ts';
import { isEquivalent, overallVerdict } from '../parity/verdict.ts';
import { bytesOf } from '../upstream/encode-body.ts';
import { endToEnd } from '../upstream/hop-by-hop.ts';
import type { WholeAnswer } from '../upstream/read-answer.ts';
import type { CompareExchange } from './compare-exchange.ts';
import type { ShadowSubject } from './shadow-subject.ts';

/** A shadowed exchange after its client was served. */
export interface ShadowExchange {
  /** `undefined` where the gateway does not know the credential or the person, or the operation is not shadowed. */
  readonly subject: Promise<ShadowSubject | undefined>;
  readonly request: IncomingMessage;
  readonly capture: Capture;
  readonly answer: WholeAnswer;
}

/** Does what the backend did once more, on shadow subjects, when nobody waits any more; and compares. */
export interface ShadowRunner {
  /** A copy of the body to come; `undefined` where this exchange is not compared (which is counted). */
  capture(): Capture | undefined;
  add(exchange: ShadowExchange): void;
  /** Counts an exchange that cannot be compared after all. */
  skip(reason: NotComparedReason, capture: Capture): void;
  /** Resolves when everything added so far has been compared. */
  settle(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** Pause between two writings of the figures, in milliseconds. */
const FLUSH_MS = 2_000;
/** Pause between two looks whether clients are being served, in milliseconds. */
const QUIET_POLL_MS = 10;
/** Shadow work that has waited so long goes on beside clients, in milliseconds. */
const LONGEST_WAIT_MS = 2_000;
/** How long a stopping process waits for comparisons under way, in milliseconds. */
const STOP_MS = 5_000;

/** The backend answered the exchange and then did not give its picture: nothing that the shadow did wrong. */
const UPSTREAM_PROBLEMS: ReadonlySet<ProblemKind> = new Set(['upstream-unavailable', 'upstream-timeout']);

/** See `ShadowRunner`. */
export function createShadowRunner(parts: {
  readonly settings: ShadowSettings;
  readonly book: ParityBook;
  readonly loopback: Loopback;
  /** Works on shadow subjects. */
  readonly executor: CommandExecutor;
  readonly compare: CompareExchange;
  /** Asks the backend the same once more. */
  readonly askAgain: (request: IncomingMessage) => Promise<WholeAnswer>;
  /** Whether anything was ever written under the shadow subject. */
  readonly isKnown: (subject: Subject) => Promise<boolean>;
  readonly nowMs: () => number;
  /** Where pictures that caused a difference are kept, if the settings say so. */
  readonly objects: ObjectStore;
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
  let inFlight = 0;
  let reads = 0;
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
    const subject = await exchange.subject.catch((cause: unknown) => {
      parts.warn('nobody can tell whom a shadowed exchange is about', cause);
      return undefined;
    });
    if (!subject) {
      book.notCompared('not known here');
      return exchange.capture.drop();
    }
    const held = await exchange.capture.take();
    if (typeof held === 'string') return book.notCompared(`body: ${held}`);
    const size = held.source.kind === 'file' ? held.source.size : held.source.bytes.byteLength;
    if (heldBytes + size > settings.queueBytes) {
      await held.release();
      return book.notCompared('queue full');
    }
    heldBytes += size;
    // One subject's writes in the order in which the backend answered them.
    const unlock = await locks.acquire(subject.subject.key);
    try {
      await queue.add(() => perform(exchange, subject, held));
    } finally {
      unlock();
      heldBytes -= size;
      await held.release();
    }
  }

  async function perform(
    { request, answer }: ShadowExchange,
    subject: ShadowSubject,
    held: HeldBytes,
  ): Promise<void> {
    await quiet();
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
    if (command === 'read-subject') await learnNoise(operationId, request);
    const noise = book.noiseOf(operationId);
    let compared: Awaited<ReturnType<CompareExchange>>;
    try {
      compared = await parts.compare({ subject, theirs: answer, ours, noise });
    } catch (cause) {
      if (!(cause instanceof ProblemError)) throw cause;
      parts.warn('two answers could not be compared', cause);
      const isTheirs = UPSTREAM_PROBLEMS.has(cause.problem.kind);
      return book.notCompared(isTheirs ? 'no picture from the backend' : 'failed here');
    }
    const { levels, paths } = compared;
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
      ...(settings.keepPictures && command === 'put-images' ? await keepPicture(held) : {}),
    });
  }

  async function keepPicture({ source }: HeldBytes): Promise<{ pictureKey?: string }> {
    const pictureKey = `migration/pictures/${randomUUID()}`;
    await parts.objects.put(pictureKey, source);
    return { pictureKey };
  }

  /**
   * What differs between the backend and itself, twice in a row, is noise. Twice, because a write between two answers makes but one pair
   * differ.
   */
  async function learnNoise(operationId: string, request: IncomingMessage): Promise<void> {
    reads += 1;
    if (settings.noiseEvery === 0 || reads % settings.noiseEvery !== 1) return;
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

  /** Clients come first: shadow work begins when nobody is being served, or when it has waited for long enough. */
  async function quiet(): Promise<void> {
    const isServing = () => inFlight > 0 && !stopping;
    for (let waitedMs = 0; isServing() && waitedMs < LONGEST_WAIT_MS; waitedMs += QUIET_POLL_MS) {
      await pause(QUIET_POLL_MS);
    }
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
      inFlight += 1;
      return createCapture(parts);
    },
    add(exchange) {
      inFlight -= 1;
      const attended = attend(exchange).catch((cause: unknown) => {
        book.notCompared('failed here');
        throw cause;
      });
      keep(attended);
    },
    skip(reason, capture) {
      inFlight -= 1;
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
