import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { createOverlayStore } from '../../src/explain/overlay-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { describeStorePromises } from '../store/describe-promises.ts';

describeStorePromises('overlay', async () => {
  const store = createOverlayStore(createMemoryStore());
  return { store, another: async () => store, close: () => store.stop() };
});

const bytes = (content: string) => ({ kind: 'memory', bytes: Buffer.from(content) }) as const;

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function storeWithSomething() {
  const below = createMemoryStore();
  await below.records.swap('people/b', undefined, { name: 'b' });
  await below.records.swap('people/d', undefined, { name: 'd' });
  await below.objects.put('bodies/b', bytes('below'));
  return { below, overlay: createOverlayStore(below) };
}

describe('a store over another one', () => {
  it('a store over another one shows what the other one holds, and keeps records that are written, replaced and removed to itself', async () => {
    const { below, overlay } = await storeWithSomething();
    const b = await overlay.records.read('people/b');
    expect(b?.value).toEqual({ name: 'b' });
    await overlay.records.swap('people/b', b?.version, { name: 'changed' });
    await overlay.records.swap('people/a', undefined, { name: 'a' });
    await overlay.records.remove('people/d', (await overlay.records.read('people/d'))?.version ?? '');
    expect(await collect(overlay.records.list('people/'))).toEqual(['people/a', 'people/b']);
    expect((await overlay.records.read('people/b'))?.value).toEqual({ name: 'changed' });
    expect(await overlay.records.read('people/d')).toBeUndefined();
    expect(await collect(below.records.list(''))).toEqual(['people/b', 'people/d']);
    expect((await below.records.read('people/b'))?.value).toEqual({ name: 'b' });
  });

  it('a store over another one answers conflict where the version is not the one that was read', async () => {
    const { overlay } = await storeWithSomething();
    expect(await overlay.records.swap('people/b', undefined, {})).toBe('conflict');
    const before = (await overlay.records.read('people/b'))?.version;
    await overlay.records.swap('people/b', before, { name: 'changed' });
    expect(await overlay.records.swap('people/b', before, {})).toBe('conflict');
    expect(await overlay.records.remove('people/b', before ?? '')).toBe('conflict');
  });

  it('the overlay keeps bodies that are written and removed to itself', async () => {
    const { below, overlay } = await storeWithSomething();
    expect(await overlay.objects.put('bodies/b', bytes('mine'))).toBe('exists');
    await overlay.objects.put('bodies/a', bytes('mine'));
    expect((await collect(overlay.objects.list(''))).map(({ key }) => key)).toEqual(['bodies/a', 'bodies/b']);
    await overlay.objects.delete('bodies/b');
    expect(await overlay.objects.get('bodies/b')).toBeUndefined();
    expect((await collect(overlay.objects.list(''))).map(({ key }) => key)).toEqual(['bodies/a']);
    const kept = await below.objects.get('bodies/b');
    expect(kept && (await text(kept.stream))).toBe('below');
    expect(await below.objects.get('bodies/a')).toBeUndefined();
  });
});
