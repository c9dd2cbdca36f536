/* A store in a process of its own: opens what its argument says, then does what its parent sends. */
import { openStore } from '../../../src/store/open-store.ts';
import { operationsOn } from './store-operations.ts';
import type { StoreOperations } from './store-port.ts';

/** One call, as it goes over the channel. */
export interface Call {
  readonly id: number;
  readonly operation: keyof StoreOperations;
  readonly args: readonly unknown[];
}

/** Its answer. */
export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: string };

const store = await openStore(JSON.parse(String(process.argv[2])));
await store.start({ create: true });
const operations: Record<string, (...args: never[]) => Promise<unknown>> = { ...operationsOn(store) };

process.on('message', ({ id, operation, args }: Call) => {
  const run = operations[operation];
  if (!run) throw new Error(`no operation ${operation}`);
  run(...(args as never[])).then(
    (result) => process.send?.({ id, result }),
    (cause: unknown) => process.send?.({ id, failure: String(cause) }),
  );
});
process.send?.('ready');
