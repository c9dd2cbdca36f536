import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Settings } from '../../../src/settings/settings.ts';
import type { MortalStore, StoreOperations } from './store-port.ts';
import type { Call, Reply } from './store-worker.ts';

interface Waiting {
  readonly done: (result: never) => void;
  readonly fail: (cause: Error) => void;
}

/** Opens the store in a child process. Calls under way when it crashes reject. */
export async function openMortalStore(settings: Pick<Settings, 'store' | 'dataDir'>): Promise<MortalStore> {
  let child = await startWorker(settings);
  let calls = 0;

  const call = (operation: keyof StoreOperations, args: readonly unknown[]) =>
    new Promise<never>((done, fail) => {
      calls += 1;
      child.waiting.set(calls, { done, fail });
      child.process.send({ id: calls, operation, args } satisfies Call);
    });
  const operations: StoreOperations = {
    putBody: (...args) => call('putBody', args),
    getBody: (...args) => call('getBody', args),
    deleteBody: (...args) => call('deleteBody', args),
    listBodies: () => call('listBodies', []),
    readRecord: (...args) => call('readRecord', args),
    swapRecord: (...args) => call('swapRecord', args),
    removeRecord: (...args) => call('removeRecord', args),
    listRecords: () => call('listRecords', []),
  };

  return {
    operations,
    async crash() {
      await end(child.process);
      child = await startWorker(settings);
    },
    close: () => end(child.process),
  };
}

async function startWorker(settings: object) {
  const waiting = new Map<number, Waiting>();
  const process = fork(join(import.meta.dirname, 'store-worker.ts'), [JSON.stringify(settings)], {
    serialization: 'advanced',
    execArgv: [],
  });
  process.on('exit', () => {
    for (const { fail } of waiting.values()) fail(new Error('the process died'));
  });
  await once(process, 'message');
  process.on('message', (reply: Reply) => {
    const { done, fail } = waiting.get(reply.id) ?? {};
    waiting.delete(reply.id);
    if ('failure' in reply) fail?.(new Error(reply.failure));
    else done?.(reply.result as never);
  });
  return { process, waiting };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
