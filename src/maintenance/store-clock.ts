import { randomBytes } from 'node:crypto';
import type { ObjectStore } from '../domain/index.ts';

/**
 * The time by the clock that dates bodies, in epoch milliseconds. This process's own clock may differ, and
 * ages measured by it would be wrong by the difference.
 */
export async function storeNowMs(objects: ObjectStore): Promise<number> {
  const key = `probe/clock-${randomBytes(8).toString('hex')}`;
  await objects.put(key, { kind: 'memory', bytes: new Uint8Array() });
  try {
    for await (const facts of objects.list(key)) return facts.modifiedAtMs;
    throw new Error('the store does not list a body that was just put');
  } finally {
    await objects.delete(key);
  }
}
