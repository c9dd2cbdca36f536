import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import PQueue from 'p-queue';
import { createKeyedLocks } from '../../core/keyed-locks.ts';
import {
  byteLength,
  type HeldBytes,
  type ObjectStore,
  ProblemError,
  type ProblemKind,
  type Subject,
} from '../../domain/index.ts';
import type { ShadowSettings } from '../../settings/migration-settings.ts';
import type { NotComparedReason, ParityBook } from '../parity/parity-tally.ts';
import { isEquivalent, overallVerdict } from '../parity/verdict.ts';
import { bytesOf } from '../upstream/encode-body.ts';
import type {
  Repeat,
  ShadowCopy,
  ShadowedRequest,
  ShadowedTranslation,
  ShadowFinding,
  ShadowTask,
} from './shadow-task.ts';
import type { ShadowedOperation } from './shadowed-operation.ts';
import { withinTime } from './within-time.ts';

/** After a client has been served, repeats its request on shadow subjects and compares the results. */
export interface ShadowRunner {
  /** Whether the new request is compared; if not, that is counted. `add` or `skip` has to follow. */
  admit(): boolean;
  add(task: ShadowTask): void;
  /** Counts an admitted request that cannot be compared after all. */
  skip(reason: NotComparedReason, copy: ShadowCopy): void;
  /** Counts a request that is not compared from the start. */
  notCompared(reason: NotComparedReason): void;
  /** Resolves when everything added so far has been compared. */
  settle(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** Pause between two writings of the figures, in milliseconds. */
const FLUSH_MS = 2_000;
/** Pause between two looks whether clients are being served, in milliseconds. */
const QUIET_POLL_MS = 10;
/** For this long after a client was served, it may send its next request, in milliseconds. */
const QUIET_MS = 50;
/** Shadow work that has waited this long goes on while clients are served, in milliseconds. */
const LONGEST_WAIT_MS = 2_000;
/** How long a stopping process waits for comparisons under way, in milliseconds. */
const STOP_MS = 5_000;

/** The backend answered the request and then did not give its picture. The shadow did nothing wrong. */
const UPSTREAM_PROBLEMS: ReadonlySet<ProblemKind> = new Set(['upstream-unavailable', 'upstream-timeout']);

/** See `ShadowRunner`. */
export function createShadowRunner(parts: {
  readonly settings: ShadowSettings;
  readonly book: ParityBook;
  readonly repeatRequest: Repeat<ShadowedRequest>;
  readonly repeatTranslation: Repeat<ShadowedTranslation>;
  /** Whether the shadow subject was ever written. */
  readonly isKnown: (subject: Subject) => Promise<boolean>;
  readonly nowMs: () => number;
  /** Where pictures that caused a difference are stored, if the settings say so. */
  readonly objects: ObjectStore;
  readonly warn: (message: string, cause: unknown) => void;
}): ShadowRunner {
  const { settings, book } = parts;
  const queue = new PQueue({ concurrency: settings.concurrency });
  const locks = createKeyedLocks();
  const own = new Set<Promise<void>>();
  let heldBytes = 0;
  let looking: Promise<unknown> = Promise.resolve();
  let inFlight = 0;
  let servedAtMs = Number.NEGATIVE_INFINITY;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  function keep(work: Promise<void>): void {
    const piece: Promise<void> = work
      .catch((cause: unknown) => parts.warn('shadow work failed', cause))
      .finally(() => own.delete(piece));
    own.add(piece);
  }

  async function attend(task: ShadowTask): Promise<void> {
    // Queued at once, so that later requests do not overtake a body that is still on its way to the disk.
    const keeping = keepBodies(task);
    await queue.add(() => take(task, keeping));
  }

  async function keepBodies({ copy }: ShadowTask): Promise<readonly HeldBytes[] | NotComparedReason> {
    const bodies = await copy.take();
    if (typeof bodies === 'string') return `body: ${bodies}`;
    const size = sizeOf(bodies);
    if (heldBytes + size > settings.queueBytes) {
      await releaseAll(bodies);
      return 'queue full';
    }
    heldBytes += size;
    return bodies;
  }

  async function take(
    task: ShadowTask,
    keeping: Promise<readonly HeldBytes[] | NotComparedReason>,
  ): Promise<void> {
    const { operation, turn } = await inOrder(task);
    const unlock = await turn;
    const bodies = await keeping;
    try {
      if (typeof operation === 'string') return book.notCompared(operation);
      if (typeof bodies === 'string') return book.notCompared(bodies);
      await perform(task, operation, bodies);
    } finally {
      unlock?.();
      if (typeof bodies !== 'string') {
        heldBytes -= sizeOf(bodies);
        await releaseAll(bodies);
      }
    }
  }

  /**
   * The operation of a request, and its turn among requests of the same subject: in the order of the backend's
   * answers.
   */
  function inOrder(task: ShadowTask) {
    const found = looking.then(async () => {
      const operation = await whenQuiet(task);
      return {
        operation,
        turn: typeof operation === 'string' ? undefined : locks.acquire(operation.subject.key),
      };
    });
    looking = found;
    return found;
  }

  async function whenQuiet(task: ShadowTask): Promise<ShadowedOperation | NotComparedReason> {
    await waitUntilQuiet();
    if (stopping) return 'stopped';
    try {
      return await withinTime(task.operation(), settings.timeoutSeconds * 1000);
    } catch (cause) {
      parts.warn('the person of a shadowed request could not be found', cause);
      return 'not known here';
    }
  }

  async function perform(
    task: ShadowTask,
    operation: ShadowedOperation,
    bodies: readonly HeldBytes[],
  ): Promise<void> {
    const { operationId, command } = operation;
    if (command !== 'put-images' && !(await parts.isKnown(operation.subject))) {
      return book.notCompared('not written here yet');
    }
    const found = await repeatTask(task, operation, bodies);
    if (typeof found === 'string') return book.notCompared(found);
    const { notSeen, ...seen } = found;
    const verdict = overallVerdict(found.levels);
    // No difference was seen, but not everything was seen, so it does not count as compared.
    if (notSeen !== undefined && isEquivalent(verdict)) return book.notCompared(notSeen);
    book.compared(operationId, verdict, found.levels, operation.subject.key);
    if (isEquivalent(verdict)) return;
    const { request, target } = task.call;
    const madeRoom = await book.keep({
      ...seen,
      atMs: parts.nowMs(),
      operationId,
      subjectKey: operation.subject.key,
      method: request.method ?? 'GET',
      path: target.split('?', 1)[0] ?? '/',
      verdict,
      ...(bodies.length > 0 ? { requestSha256: await digest(bodies) } : {}),
      ...(settings.keepPictures && command === 'put-images'
        ? { pictureKeys: await keepPictures(bodies) }
        : {}),
    });
    for (const key of madeRoom?.pictureKeys ?? []) await parts.objects.delete(key);
  }

  async function repeatTask(
    task: ShadowTask,
    operation: ShadowedOperation,
    bodies: readonly HeldBytes[],
  ): Promise<ShadowFinding | NotComparedReason> {
    try {
      return await (task.kind === 'request'
        ? parts.repeatRequest(task, operation, bodies)
        : parts.repeatTranslation(task, operation, bodies));
    } catch (cause) {
      if (!(cause instanceof ProblemError)) throw cause;
      parts.warn('two answers could not be compared', cause);
      const isTheirs = UPSTREAM_PROBLEMS.has(cause.problem.kind);
      return isTheirs ? 'no picture from the backend' : 'failed here';
    }
  }

  function keepPictures(bodies: readonly HeldBytes[]): Promise<string[]> {
    return Promise.all(
      bodies.map(async ({ source }) => {
        const key = `migration/pictures/${randomUUID()}`;
        await parts.objects.put(key, source);
        return key;
      }),
    );
  }

  /** Clients come first: shadow work begins when no client is being served, or after a longest wait. */
  async function waitUntilQuiet(): Promise<void> {
    const isServing = () => (inFlight > 0 || performance.now() - servedAtMs < QUIET_MS) && !stopping;
    for (let waitedMs = 0; isServing() && waitedMs < LONGEST_WAIT_MS; waitedMs += QUIET_POLL_MS) {
      await pause(QUIET_POLL_MS);
    }
  }

  function schedule(): void {
    if (stopping) return;
    timer = setTimeout(() => {
      flushing = book
        .flush()
        .catch((cause: unknown) => parts.warn('parity figures could not be kept', cause))
        .finally(schedule);
    }, FLUSH_MS);
    timer.unref();
  }

  return {
    admit() {
      servedAtMs = performance.now();
      if (Math.random() * 100 >= settings.percent) {
        book.notCompared('not sampled');
        return false;
      }
      if (own.size >= settings.queue) {
        book.notCompared('queue full');
        return false;
      }
      inFlight += 1;
      return true;
    },
    add(task) {
      inFlight -= 1;
      servedAtMs = performance.now();
      const attended = attend(task).catch((cause: unknown) => {
        book.notCompared('failed here');
        throw cause;
      });
      keep(attended);
    },
    skip(reason, copy) {
      inFlight -= 1;
      servedAtMs = performance.now();
      book.notCompared(reason);
      keep(copy.drop());
    },
    notCompared(reason) {
      servedAtMs = performance.now();
      book.notCompared(reason);
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
      await flushing;
      await book.flush().catch((cause: unknown) => parts.warn('parity figures could not be kept', cause));
    },
  };
}

function sizeOf(bodies: readonly HeldBytes[]): number {
  return bodies.reduce((sum, { source }) => sum + byteLength(source), 0);
}

async function releaseAll(bodies: readonly HeldBytes[]): Promise<void> {
  for (const { release } of bodies) await release();
}

async function digest(bodies: readonly HeldBytes[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { source } of bodies) for await (const piece of bytesOf(source)) hash.update(piece);
  return hash.digest('hex');
}
