import cluster, { type Worker } from 'node:cluster';
import { setTimeout as pause } from 'node:timers/promises';
import { type FromProcess, isProcessMessage, type ToProcess } from './process-messages.ts';
import { PROCESS_VARIABLE } from './siblings.ts';

/** One gateway in several processes. */
export interface Supervisor {
  /**
   * Resolves once all processes serve. The first one starts alone, because it may have to make what the
   * others need. Rejects with `ProcessEnded` where one ends before it serves; then the others are ended.
   */
  start(): Promise<{ readonly url: string; readonly signInLink?: string }>;
  /**
   * All processes say that they are not ready, for `unreadySeconds`. Then they are drained one after the
   * other. The first one, which has the admin port, comes last. Where one takes more than its share of
   * `shutdownSeconds`, the next begins without waiting for it.
   */
  stop(): Promise<void>;
  /** Makes every process that serves read its settings again. */
  reload(): void;
}

/** A process ended before it served. Its own output says why. */
export class ProcessEnded extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`a process ended with ${exitCode} before it served`);
    this.exitCode = exitCode;
  }
}

/** What a supervisor starts, and how. */
export interface SupervisorPlan {
  readonly count: number;
  /** Arguments of the first process, and of all later ones. The later ones must not begin a new store. */
  readonly args: { readonly first: readonly string[]; readonly later: readonly string[] };
  readonly unreadySeconds: number;
  readonly shutdownSeconds: number;
  /** Called with each process that died and is replaced. */
  readonly onReplace: (index: number, how: string) => void;
}

/** A process that is silent for this many milliseconds is left out of the answers. */
const ANSWER_MS = 2_000;
/**
 * Pause between the end of a process and its next start, in milliseconds. Doubled each time until one serves.
 */
const RESTART_MS = { first: 250, longest: 10_000 };

/** Supervises processes of `polyface serve`, which share one port. Nothing runs before `start`. */
export function superviseProcesses(plan: SupervisorPlan): Supervisor {
  const living = new Map<number, Worker>();
  const serving = new Set<Worker>();
  const answers = new Map<number, (answer: unknown) => void>();
  const ended = new Map<Worker, Promise<void>>();
  let asked = 0;
  let stopping = false;

  function begin(index: number, args: readonly string[]): Promise<FromProcess & { kind: 'serves' }> {
    cluster.setupPrimary({ args: [...args] });
    const worker = cluster.fork({ [PROCESS_VARIABLE]: `${index}/${plan.count}` });
    living.set(index, worker);
    const { promise, resolve, reject } = Promise.withResolvers<FromProcess & { kind: 'serves' }>();
    worker.on('message', (message: unknown) => {
      if (!isProcessMessage(message)) return;
      const said = message as FromProcess;
      if (said.kind === 'serves') {
        serving.add(worker);
        resolve(said);
      }
      if (said.kind === 'answer') answers.get(said.id)?.(said.answer);
      if (said.kind === 'question') void relay(worker, said.id, said.question);
    });
    const gone = new Promise<void>((done) => {
      worker.once('exit', (code: number | null, signal: string | null) => {
        const served = serving.delete(worker);
        living.delete(index);
        ended.delete(worker);
        done();
        reject(new ProcessEnded(code ?? 1));
        if (served && !stopping) void replace(index, signal ?? `code ${code ?? 0}`);
      });
    });
    ended.set(worker, gone);
    return promise;
  }

  async function replace(index: number, how: string): Promise<void> {
    plan.onReplace(index, how);
    for (let waitMs = RESTART_MS.first; ; waitMs = Math.min(waitMs * 2, RESTART_MS.longest)) {
      await pause(waitMs, undefined, { ref: false });
      if (stopping) return;
      try {
        await begin(index, plan.args.later);
        return;
      } catch (cause) {
        if (!(cause instanceof ProcessEnded)) throw cause;
      }
    }
  }

  async function relay(from: Worker, id: number, question: unknown): Promise<void> {
    const others = [...serving].filter((worker) => worker !== from);
    const said = await Promise.all(others.map((worker) => ask(worker, question)));
    tell(from, { kind: 'answers', id, answers: said.filter((answer) => answer !== undefined) });
  }

  async function ask(worker: Worker, question: unknown): Promise<unknown> {
    asked += 1;
    const id = asked;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    answers.set(id, resolve);
    const timer = setTimeout(resolve, ANSWER_MS);
    tell(worker, { kind: 'question', id, question });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      answers.delete(id);
    }
  }

  function tell(worker: Worker, message: ToProcess): void {
    // The process may be gone already. Its end is noticed elsewhere.
    if (worker.isConnected()) worker.send(message, () => {});
  }

  async function drain(worker: Worker, longestMs: number): Promise<void> {
    tell(worker, { kind: 'stop' });
    const over = new AbortController();
    await Promise.race([ended.get(worker), pause(longestMs, undefined, { signal: over.signal })]).catch(
      () => {},
    );
    over.abort();
  }

  async function stopAll(unreadyMs: number): Promise<void> {
    stopping = true;
    const workers = [...living].toSorted(([a], [b]) => b - a).map(([, worker]) => worker);
    for (const worker of workers) tell(worker, { kind: 'unready' });
    if (unreadyMs > 0) await pause(unreadyMs);
    for (const worker of workers) await drain(worker, (plan.shutdownSeconds * 1_000) / plan.count);
    await Promise.all(ended.values());
  }

  return {
    async start() {
      const indexes = Array.from({ length: plan.count - 1 }, (_, index) => index + 1);
      try {
        const first = await begin(0, plan.args.first);
        // The supervisor was told to stop meanwhile. A process that starts now would not hear of it.
        if (stopping) throw new Error('stopped while it was starting');
        await Promise.all(indexes.map((index) => begin(index, plan.args.later)));
        return { url: first.url, ...(first.signInLink !== undefined && { signInLink: first.signInLink }) };
      } catch (cause) {
        await stopAll(0);
        throw cause;
      }
    },
    stop: () => stopAll(plan.unreadySeconds * 1_000),
    reload() {
      for (const worker of serving) worker.process.kill('SIGHUP');
    },
  };
}
