import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture } from '../chaos/marked-picture.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { type BackendProcess, startBackendProcess } from './support/backend-process.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';

const DIALECT = ['--dialect', 'magicline-v1'];
/** As a stage record these would be 700 KB; a record holds 256 KiB. */
const MANY = Array.from({ length: 20_000 }, (_, at) => String(100_000 + at));

describe('a step for a list of people', () => {
  let backend: BackendProcess;
  let house: ShimHouse;
  let shim: GatewayProcess;

  beforeAll(async () => {
    backend = await startBackendProcess();
    house = await createShimHouse({ backendUrl: backend.url, crowd: 0, open: true });
    shim = await house.start();
    await list('pilot.txt', ...MANY);
  });
  afterAll(async () => {
    await shim.end();
    await backend.stop();
    await house.remove();
  });

  async function list(name: string, ...ids: string[]): Promise<string> {
    const file = join(house.folder, name);
    await writeFile(file, `${ids.join('\n')}\n`);
    return file;
  }

  const migrate = async (...args: readonly string[]) =>
    (await house.polyface('migrate', ...args, ...DIALECT)).json;

  async function upload(customer: string, mark: number): Promise<number> {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(markedPicture(mark))], { type: 'image/jpeg' }), 'me.jpg');
    const { status } = await fetch(`${shim.url}/v1/customers/${customer}/images`, {
      method: 'PUT',
      headers: { 'x-api-key': 'demo-v1-key' },
      body: form,
    });
    return status;
  }

  it('a step for a list of people takes in a list that is longer than a record may be', async () => {
    const only = ['--only', join(house.folder, 'pilot.txt')];
    expect(await migrate('advance')).toMatchObject({ rollout: { stage: 'shadow' } });
    expect(await migrate('advance', ...only)).toMatchObject({
      outcome: 'arrived',
      rollout: {
        stage: 'dual-write',
        ramp: { kind: 'cohort', name: 'pilot.txt', size: MANY.length, sha256: expect.any(String) },
      },
    });
    expect([await upload(MANY[7] ?? '', 1), await upload('999', 2)]).toEqual([200, 200]);
    // Who is in the list is in both stores; everybody else is at the backend alone.
    const verified = await house.polyface(
      'backfill',
      'verify',
      ...DIALECT,
      '--subjects',
      await list('two.txt', MANY[7] ?? '', '999'),
    );
    expect(verified.json).toMatchObject({ subjects: 2, equal: 1, differences: { 'not copied': 1 } });
  });

  it('a step for a list of people refuses a list that leaves out people who have taken the step, even with an override', async () => {
    const short = await list('short.txt', ...MANY.slice(1));
    expect(await migrate('advance', '--only', short, '--override', 'wrong list')).toMatchObject({
      outcome: 'refused',
      refusedBy: [{ name: 'everybody who has taken the step is still taken in', found: '1 left out' }],
    });
    expect(await migrate('advance', '--percent', '10')).toMatchObject({ outcome: 'refused' });
  });

  it('a step for a list of people goes back, up again, and on to all people', async () => {
    expect(await migrate('back')).toMatchObject({ outcome: 'arrived', rollout: { stage: 'shadow' } });
    const only = ['--only', join(house.folder, 'pilot.txt')];
    expect(await migrate('advance', ...only)).toMatchObject({ rollout: { stage: 'dual-write' } });
    const wider = await list('wider.txt', ...MANY, '999');
    expect(await migrate('advance', '--only', wider)).toMatchObject({
      outcome: 'arrived',
      rollout: { ramp: { size: MANY.length + 1 } },
    });
    expect(await migrate('advance')).toMatchObject({
      outcome: 'arrived',
      rollout: { stage: 'dual-write', ramp: { kind: 'percent', percent: 100 } },
    });
  });
});

describe('a step for a mistyped list of people', () => {
  it('a step for a mistyped list of people is not taken', async () => {
    const backend = await startBackendProcess();
    const house = await createShimHouse({ backendUrl: backend.url, crowd: 2 });
    const file = join(house.folder, 'mistyped.txt');
    await writeFile(file, '5000\n50001\n');
    await expect(house.polyface('migrate', 'advance', ...DIALECT, '--only', file)).rejects.toThrow();
    const shim = await house.start();
    try {
      await expect(house.polyface('migrate', 'advance', ...DIALECT, '--only', file)).rejects.toThrow(
        /1 of the 2 ids in .*mistyped.txt belong to no person/,
      );
    } finally {
      await shim.end();
      await backend.stop();
      await house.remove();
    }
  });
});
