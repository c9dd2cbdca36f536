import cluster from 'node:cluster';
import { type FromProcess, isProcessMessage, type ToProcess } from './process-messages.ts';

/** The other processes of one gateway, as seen by one of them. */
export interface Siblings {
  /** 0 is the first one. Only that one has the admin port. */
  readonly index: number;
  readonly count: number;
  /** Asks every other process. Leaves out those that are starting, gone or silent. */
  ask(question: unknown): Promise<readonly unknown[]>;
  /** Sets how this process answers the others. */
  onQuestion(answer: (question: unknown) => unknown): void;
}

/** A process under a supervisor. */
export interface SupervisedProcess {
  readonly siblings: Siblings;
  /** Tells the supervisor that this process serves. */
  serves(url: string, signInLink: string | undefined): void;
  /** Resolves when this process should get no more traffic, because it will be told to stop soon. */
  readonly toldUnready: Promise<void>;
  readonly toldToStop: Promise<string>;
  /** Closes the channel. The process cannot end while it is open. */
  leave(): void;
}

/** The variable that tells a process its number, e.g. `0/4`. */
export const PROCESS_VARIABLE = 'POLYFACE_PROCESS';

/** Joins the supervisor; `undefined` where this process is a gateway of its own. */
export function joinSupervisor(): SupervisedProcess | undefined {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(process.env[PROCESS_VARIABLE] ?? '') ?? [];
  if (index === undefined || count === undefined || process.send === undefined) return undefined;
  const unready = Promise.withResolvers<void>();
  const stop = Promise.withResolvers<string>();
  const waiting = new Map<number, (answers: readonly unknown[]) => void>();
  let answer: (question: unknown) => unknown = () => undefined;
  let asked = 0;

  const send = (message: FromProcess) => {
    // A process without its supervisor ends at once, because Node's cluster ends it.
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  };
  async function hear(message: ToProcess): Promise<void> {
    if (message.kind === 'unready') unready.resolve();
    if (message.kind === 'stop') stop.resolve('stop');
    if (message.kind === 'question') {
      send({ kind: 'answer', id: message.id, answer: await answer(message.question) });
    }
    if (message.kind === 'answers') {
      waiting.get(message.id)?.(message.answers);
      waiting.delete(message.id);
    }
  }
  process.on('message', (message) => {
    if (isProcessMessage(message)) void hear(message as ToProcess);
  });
  return {
    siblings: {
      index: Number(index),
      count: Number(count),
      ask(question) {
        if (!process.connected) return Promise.resolve([]);
        asked += 1;
        const { promise, resolve } = Promise.withResolvers<readonly unknown[]>();
        waiting.set(asked, resolve);
        send({ kind: 'question', id: asked, question });
        return promise;
      },
      onQuestion(how) {
        answer = how;
      },
    },
    serves: (url, signInLink) =>
      send({ kind: 'serves', url, ...(signInLink !== undefined && { signInLink }) }),
    toldUnready: unready.promise,
    toldToStop: stop.promise,
    leave: () => cluster.worker?.disconnect(),
  };
}
