import { randomBytes } from 'node:crypto';
import type { ObjectStore } from '../domain/index.ts';

/**
 * The time by the clock that dates bodies, in epoch milliseconds. Ages measured against this process's own clock would be wrong by
 * as much as the two differ.
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
