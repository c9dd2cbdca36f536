import { describe, expect, it } from '@jest/globals';
import { type ListRun, runOverList } from '../../../src/migration/lists/list-run.ts';
import { createMemoryStore } from '../../../src/store/memory/memory-store.ts';

type Outcome = 'fine' | 'failed' | 'empty';

/** A run over `count` people; `outcomeOf` is asked with the id and how often it was asked before. */
function aRun(
  count: number,
  outcomeOf: (id: string, asked: number) => Outcome,
  change: Partial<ListRun<Outcome>> = {},
): ListRun<Outcome> & { readonly asked: Map<string, number> } {
  const asked = new Map<string, number>();
  return {
    asked,
    records: createMemoryStore().records,
    nowMs: () => 1,
    kind: 'backfill',
    name: { tenant: 'demo', dialect: 'magicline-v1' },
    ids: Array.from({ length: count }, (_, at) => `person-${at}`),
    concurrency: 4,
    restart: false,
    notBeforeMs: 0,
    signal: new AbortController().signal,
    async attend(id) {
      const before = asked.get(id) ?? 0;
      asked.set(id, before + 1);
      return { outcome: outcomeOf(id, before) };
    },
    retried: new Set(['failed']),
    empty: 'empty',
    acceptsEmpty: false,
    pause: async () => {},
    ...change,
  };
}

describe('a run over a list', () => {
  it('a run over a list attends to each person once where none fails', async () => {
    const run = aRun(250, () => 'fine');
    expect(await runOverList(run)).toMatchObject({ counts: { fine: 250 }, resumedAt: 0 });
    expect([...run.asked.values()].every((times) => times === 1)).toBe(true);
  });

  it('a run over a list tries those again at the end that failed, and no others', async () => {
    const run = aRun(250, (id, asked) => (id.endsWith('7') && asked < 3 ? 'failed' : 'fine'));
    expect(await runOverList(run)).toMatchObject({ counts: { fine: 250 } });
    expect([run.asked.get('person-7'), run.asked.get('person-8')]).toEqual([4, 1]);
  });

  it('a run over a list goes on where it was interrupted, and tries again who had failed', async () => {
    const stop = new AbortController();
    const first = aRun(250, (id) => (id === 'person-3' ? 'failed' : 'fine'), { signal: stop.signal });
    const { onProgress: _none, ...parts } = first;
    const interrupted = await runOverList({ ...parts, onProgress: (done) => done === 200 && stop.abort() });
    expect(interrupted).toMatchObject({ stopped: 'interrupted', counts: { fine: 199, failed: 1 } });
    const second = aRun(250, () => 'fine', { records: first.records });
    expect(await runOverList(second)).toMatchObject({ resumedAt: 200, counts: { fine: 250 } });
    expect([...second.asked.keys()].sort()).toEqual(
      ['person-3', ...Array.from({ length: 50 }, (_, at) => `person-${200 + at}`)].sort(),
    );
  });

  it('a run over a list begins anew where it is asked to, and where the open run is too old', async () => {
    for (const change of [{ restart: true }, { notBeforeMs: 2 }]) {
      const stopped = aRun(250, () => 'empty');
      expect(await runOverList(stopped)).toMatchObject({ stopped: 'nobody has a picture' });
      const again = aRun(250, () => 'fine', { records: stopped.records, ...change });
      expect(await runOverList(again)).toMatchObject({ resumedAt: 0, counts: { fine: 250 } });
    }
  });

  it('a run over a list stops before a wall of people without a picture, and goes on past it where that is right', async () => {
    const outcomeOf = (id: string): Outcome => (Number(id.slice('person-'.length)) < 20 ? 'fine' : 'empty');
    const run = aRun(450, outcomeOf);
    expect(await runOverList(run)).toMatchObject({ stopped: 'nobody has a picture' });
    expect(run.asked.size).toBe(150);
    const accepted = aRun(450, outcomeOf, { records: run.records, acceptsEmpty: true });
    const result = await runOverList(accepted);
    expect(result.stopped).toBeUndefined();
    expect(result).toMatchObject({ resumedAt: 150, counts: { fine: 20, empty: 430 } });
  });

  it.each([20, 200])(
    'a run over a list of %i stops before a wall of people without a picture who got no answer at first',
    async (count) => {
      const outcomeOf = (_id: string, asked: number): Outcome => (asked === 0 ? 'failed' : 'empty');
      const run = aRun(count, outcomeOf);
      expect(await runOverList(run)).toMatchObject({ stopped: 'nobody has a picture' });
      const accepted = aRun(count, () => 'empty', { records: run.records, acceptsEmpty: true });
      const result = await runOverList(accepted);
      expect(result.stopped).toBeUndefined();
      expect(result).toMatchObject({ counts: { empty: count } });
    },
  );

  it('a run over a list counts the people of a wall in the order of the list, whenever they got an answer', async () => {
    // Every second one gets an answer at once, the others at the end.
    const isOdd = (id: string) => Number(id.slice('person-'.length)) % 2 === 1;
    const wall = aRun(120, (id, asked) => (isOdd(id) && asked === 0 ? 'failed' : 'empty'));
    expect(await runOverList(wall)).toMatchObject({ stopped: 'nobody has a picture' });
    const mixed = aRun(300, (id, asked) => {
      if (!isOdd(id)) return 'fine';
      return asked === 0 ? 'failed' : 'empty';
    });
    const result = await runOverList(mixed);
    expect(result.stopped).toBeUndefined();
    expect(result).toMatchObject({ counts: { fine: 150, empty: 150 } });
  });

  it('a slow person does not make the people of the next chunk wait', async () => {
    const { promise: later, resolve } = Promise.withResolvers<void>();
    const run = aRun(120, () => 'fine');
    const result = await runOverList({
      ...run,
      async attend(id, signal) {
        if (id === 'person-70') resolve();
        if (id === 'person-3') await later;
        return run.attend(id, signal);
      },
    });
    expect(result).toMatchObject({ counts: { fine: 120 } });
  });

  it.each([10, 70])('a run that rejects for person %i begins hardly anybody after', async (failing) => {
    const run = aRun(250, () => 'fine');
    const failed = runOverList({
      ...run,
      async attend(id, signal) {
        if (id === `person-${failing}`) throw new Error('the store is gone');
        return run.attend(id, signal);
      },
    });
    await expect(failed).rejects.toThrow('the store is gone');
    expect(run.asked.size).toBeLessThanOrEqual(failing + run.concurrency);
  });

  it('a run over a list begins nobody while it pauses because the backend is silent', async () => {
    const run = aRun(250, (id) => (Number(id.slice('person-'.length)) < 100 ? 'failed' : 'fine'));
    const askedInPauses: number[] = [];
    const result = await runOverList({
      ...run,
      async pause() {
        const before = run.asked.size;
        await new Promise((resolve) => setTimeout(resolve, 10));
        askedInPauses.push(run.asked.size - before);
      },
    });
    expect(result).toMatchObject({ counts: { fine: 150, failed: 100 } });
    expect(askedInPauses.length).toBeGreaterThan(1);
    expect(Math.max(...askedInPauses)).toBe(0);
  });

  it('a run over a list stops where no person gets an answer any more', async () => {
    const run = aRun(2_000, () => 'failed');
    expect(await runOverList(run)).toMatchObject({ stopped: 'no answer', counts: { failed: 250 } });
  });
});
