import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture } from '../chaos/marked-picture.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { type BackendProcess, startBackendProcess } from './support/backend-process.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';

const DIALECT = ['--dialect', 'magicline-v1'];

describe('the evidence for the switch', () => {
  let backend: BackendProcess;
  let house: ShimHouse;
  let shim: GatewayProcess;

  beforeAll(async () => {
    backend = await startBackendProcess();
    house = await createShimHouse({ backendUrl: backend.url, crowd: 5 });
    shim = await house.start();
    await advance('shadow');
    await advance('dual-write');
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(markedPicture(1))], { type: 'image/jpeg' }), 'me.jpg');
    const put = await fetch(`${shim.url}/v1/customers/5000/images`, {
      method: 'PUT',
      headers: { 'x-api-key': 'demo-v1-key' },
      body: form,
    });
    expect(put.status).toBe(200);
  });
  afterAll(async () => {
    await shim.end();
    await backend.stop();
    await house.remove();
  });

  async function advance(stage: string): Promise<void> {
    const { json } = await house.polyface('migrate', 'advance', ...DIALECT);
    expect(json).toMatchObject({ outcome: 'arrived', rollout: { stage } });
  }

  const verify = (file = house.subjectsFile, ...flags: readonly string[]) =>
    house.polyface('backfill', 'verify', ...DIALECT, '--subjects', file, ...flags);

  async function failingGuards(): Promise<string[]> {
    const { json } = await house.polyface('migrate', 'plan', ...DIALECT);
    const guards = json.guards as { readonly name: string; readonly holds: boolean }[];
    return guards.filter(({ holds }) => !holds).map(({ name }) => name);
  }

  async function list(name: string, ...ids: string[]): Promise<string> {
    const file = join(house.folder, name);
    await writeFile(file, `${ids.join('\n')}\n`);
    return file;
  }

  it('the evidence for the switch counts ids that no person has, and they fail', async () => {
    const file = await list('mistyped.txt', '5000', '5001', 'nobody');
    const { code, json } = await verify(file);
    expect([code, json]).toEqual([
      4,
      expect.objectContaining({ listed: 3, subjects: 2, unknown: 1, equal: 2, empty: 1 }),
    ]);
    expect(await failingGuards()).toEqual(['the people of the step were verified']);
  });

  it('the evidence for the switch does not open the gate for a list that leaves somebody out whom the directory has', async () => {
    expect((await verify(await list('but-one.txt', '5000', '5001', '5002', '5003'))).code).toBe(0);
    const { json } = await house.polyface('migrate', 'advance', ...DIALECT);
    expect(json).toMatchObject({
      outcome: 'refused',
      refusedBy: [
        {
          name: 'the people of the step were verified',
          found: expect.stringMatching(/^4 verified, 1 not verified, 0 unknown, 3 empty.*counts 5/),
        },
      ],
    });
  });

  it('the evidence for the switch opens the gate when all people in the directory were verified', async () => {
    const { code, json } = await verify();
    expect([code, json]).toEqual([
      0,
      expect.objectContaining({ listed: 5, subjects: 5, equal: 5, empty: 4 }),
    ]);
    expect(await failingGuards()).toEqual([]);
  });

  it('the evidence for the switch is not replaced by a run over a shorter list, and no list may be empty', async () => {
    const { json } = await verify(await list('short.txt', '5001'));
    expect(json).toMatchObject({ listed: 1 });
    await expect(verify(await list('empty.txt', '# nobody'))).rejects.toThrow(
      /the list of people in .* is empty/,
    );
    expect(await failingGuards()).toEqual([]);
  });

  it('the evidence for the switch does not take a 404 that is not in the words of the dialect for an empty subject', async () => {
    await backend.setFault('another server');
    const { code, json } = await verify();
    await backend.setFault('none');
    expect([code, json]).toEqual([3, expect.objectContaining({ equal: 0, differences: { unclear: 5 } })]);
    expect(await failingGuards()).toEqual(['the live difference is empty']);
  });

  it('the evidence for the switch does not take another shape, another person, another type nor another content type for an answer', async () => {
    await backend.setFault('nonsense');
    const outcomes = join(house.folder, 'outcomes.tsv');
    const { code, json } = await verify(house.subjectsFile, '--outcomes', outcomes);
    await backend.setFault('none');
    expect([code, json]).toEqual([3, expect.objectContaining({ equal: 0, differences: { unclear: 5 } })]);
    const lines = (await readFile(outcomes, 'utf8')).trim().split('\n');
    expect(lines.map((line) => line.split('\t').slice(0, 2))).toEqual(
      ['5000', '5001', '5002', '5003', '5004'].map((id) => ['unclear', id]),
    );
    expect(await failingGuards()).toEqual(['the live difference is empty']);
  });

  it('the evidence for the switch stops before a wall of people without a picture, and goes on when an operator says that it is right', async () => {
    const nobody = await list('nobody.txt', '5001', '5002', '5003');
    const stopped = await verify(nobody);
    expect([stopped.code, stopped.json]).toEqual([5, expect.objectContaining({ complete: false })]);
    const accepted = await verify(nobody, '--accept-empty');
    expect([accepted.code, accepted.json]).toEqual([
      0,
      expect.objectContaining({ complete: true, resumedAt: 3, empty: 3 }),
    ]);
  });

  it('the evidence for the switch is void after a way back to shadow', async () => {
    expect((await verify()).code).toBe(0);
    const back = await house.polyface('migrate', 'back', ...DIALECT);
    expect(back.json).toMatchObject({ rollout: { stage: 'shadow' } });
    const early = await house.polyface('backfill', ...DIALECT, '--subjects', house.subjectsFile);
    expect([early.code, early.json]).toEqual([6, expect.objectContaining({ complete: true, waiting: 5 })]);
    await advance('dual-write');
    expect(await failingGuards()).toEqual(['the verification began after dual-write was reached']);
    expect((await verify()).code).toBe(0);
    expect(await failingGuards()).toEqual([]);
  });

  it('the evidence for the switch is judged for the people whom the step moves', async () => {
    // A write goes to the backend past the gateway, so one person of five differs.
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(markedPicture(2))], { type: 'image/jpeg' }), 'me.jpg');
    await fetch(`${backend.url}/v1/customers/5004/images`, { method: 'PUT', body: form });
    expect((await verify()).code).toBe(2);
    expect(await failingGuards()).toEqual(['the live difference is empty']);
    const others = await list('others.txt', '5000', '5001');
    const withThem = await list('with-them.txt', '5000', '5004');
    const only = async (file: string) =>
      (await house.polyface('migrate', 'advance', ...DIALECT, '--only', file)).json;
    expect(await only(withThem)).toMatchObject({
      outcome: 'refused',
      refusedBy: [{ name: 'the live difference is empty' }],
    });
    expect(await only(others)).toMatchObject({ outcome: 'arrived', rollout: { stage: 'switched' } });
  });
});

describe('the evidence for complete', () => {
  it('complete is refused until everybody was copied, also people whom no list named', async () => {
    const backend = await startBackendProcess();
    const house = await createShimHouse({
      backendUrl: backend.url,
      crowd: 3,
      backend: { gate: { minSamples: 0, requirePreflight: false, minVerifiedPercent: 30 } },
    });
    const shim = await house.start();
    const migrate = async (...args: readonly string[]) =>
      (await house.polyface('migrate', ...args, ...DIALECT)).json;
    const put = async (url: string, customer: string, mark: number) => {
      const form = new FormData();
      form.set('image', new Blob([new Uint8Array(markedPicture(mark))], { type: 'image/jpeg' }), 'me.jpg');
      const headers = { 'x-api-key': 'demo-v1-key' };
      return fetch(`${url}/v1/customers/${customer}/images`, { method: 'PUT', headers, body: form });
    };
    try {
      expect((await put(backend.url, '5002', 2)).status).toBe(200);
      for (const stage of ['shadow', 'dual-write']) {
        expect(await migrate('advance')).toMatchObject({ rollout: { stage } });
      }
      expect((await put(shim.url, '5000', 1)).status).toBe(200);
      const one = join(house.folder, 'one.txt');
      await writeFile(one, '5000\n');
      await house.polyface('backfill', 'verify', ...DIALECT, '--subjects', one);
      expect(await migrate('advance')).toMatchObject({ rollout: { stage: 'switched' } });
      expect(await migrate('advance')).toMatchObject({
        outcome: 'refused',
        refusedBy: [
          { name: 'nobody’s pictures are at the backend alone', found: expect.stringMatching(/^2 never/) },
        ],
      });
      const { json } = await house.polyface('backfill', ...DIALECT, '--subjects', house.subjectsFile);
      expect(json).toMatchObject({ known: 1, copied: 1, empty: 1 });
      expect(await migrate('advance')).toMatchObject({
        outcome: 'arrived',
        rollout: { stage: 'complete' },
      });
    } finally {
      await shim.end();
      await backend.stop();
      await house.remove();
    }
  });
});
