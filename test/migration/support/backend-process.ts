import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type Fault, startIndependentServer } from './independent-server.ts';

/** The independent server in a process of its own. */
export interface BackendProcess {
  readonly url: string;
  /** How many connections to it are open. */
  connections(): Promise<number>;
  /** What goes wrong from now on. */
  setFault(fault: Fault): Promise<void>;
  /** What it holds of a customer; `undefined` where it has no picture. */
  picture(customerId: string): Promise<Buffer | undefined>;
  /** How many requests it has had. */
  requestCount(): Promise<number>;
  /** How many bytes came over the connections that are open. */
  receivedBytes(): Promise<number>;
  stop(): Promise<void>;
}

type Question =
  | { readonly ask: 'connections' | 'requests' | 'received bytes' }
  | { readonly ask: 'fault'; readonly fault: Fault }
  | { readonly ask: 'picture'; readonly id: string };

/** Starts the independent server as a child process. `port`: where an earlier one was, to start it again. */
export async function startBackendProcess(options: { readonly port?: number } = {}): Promise<BackendProcess> {
  const child = fork(import.meta.filename, [String(options.port ?? 0)], { execArgv: [] });
  const [url] = (await once(child, 'message')) as [string];
  let last: Promise<unknown> = Promise.resolve();
  // One question at a time: the answers carry no number.
  function ask<Answer>(question: Question): Promise<Answer> {
    const answer = last.then(async () => {
      const came = once(child, 'message') as Promise<[Answer]>;
      child.send(question);
      return (await came)[0];
    });
    last = answer;
    return answer;
  }
  return {
    url,
    connections: () => ask({ ask: 'connections' }),
    requestCount: () => ask({ ask: 'requests' }),
    receivedBytes: () => ask({ ask: 'received bytes' }),
    async setFault(fault) {
      await ask({ ask: 'fault', fault });
    },
    async picture(id) {
      const base64 = await ask<string>({ ask: 'picture', id });
      return base64 === '' ? undefined : Buffer.from(base64, 'base64');
    },
    async stop() {
      // A test may have killed it already.
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

if (import.meta.main) {
  // Connections are closed after each answer, so that one which stays open is one that leaked.
  const server = await startIndependentServer({ keepAliveMs: 1, port: Number(process.argv[2] ?? 0) });
  const answer = async (question: Question): Promise<number | string> => {
    switch (question.ask) {
      case 'connections':
        return server.connections();
      case 'requests':
        return server.requests.length;
      case 'received bytes':
        return server.receivedBytes();
      case 'picture':
        return server.picture(question.id)?.toString('base64') ?? '';
      case 'fault':
        server.fault = question.fault;
        return '';
    }
  };
  process.on('message', (question: Question) => void answer(question).then((text) => process.send?.(text)));
  process.send?.(server.url);
}
