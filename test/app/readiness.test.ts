import { describe, expect, it } from '@jest/globals';
import type { RecordStore } from '../../src/domain/index.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { startDemoGateway } from '../support/start-gateway.ts';

describe('/readyz', () => {
  it('/readyz says that the gateway should get no traffic while its store does not answer', async () => {
    const memory = createMemoryStore();
    let down = false;
    const records: RecordStore = {
      ...memory.records,
      read: async (key) => {
        if (down) throw new Error('the store does not answer');
        return memory.records.read(key);
      },
    };
    const store: Store = { ...memory, records };
    const gateway = await startDemoGateway(undefined, { store });
    const seen: number[] = [];
    for (const state of [false, true, false]) {
      down = state;
      seen.push((await fetch(`${gateway.url}/readyz`)).status);
    }
    down = true;
    const health = (await fetch(`${gateway.url}/healthz`)).status;
    await gateway.stop();
    expect(seen).toEqual([200, 503, 200]);
    expect(health).toBe(200);
  });
});
