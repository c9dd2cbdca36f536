import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture, readMark } from '../chaos/marked-picture.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { type BackendProcess, startBackendProcess } from './support/backend-process.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';

const DIALECT = ['--dialect', 'magicline-v1'];
/** Longer than a silent gateway is believed to be there. */
const LONG_SILENCE = ['--timeout', '25'];

/** A shim before a backend, both in processes of their own, with a client and an operator. */
async function startWorld() {
  let backend: BackendProcess = await startBackendProcess();
  const port = Number(new URL(backend.url).port);
  const house: ShimHouse = await createShimHouse({
    backendUrl: backend.url,
    crowd: 3,
    // A busy machine answers late; a dead backend refuses at once.
    backend: { timeoutSeconds: 20 },
  });
  const gateways: GatewayProcess[] = [await house.start()];
  const url = () => gateways[0]?.url ?? '';
  return {
    house,
    gateways,
    migrate: async (...args: readonly string[]) =>
      (await house.polyface('migrate', ...args, ...DIALECT)).json,
    verify: () => house.polyface('backfill', 'verify', ...DIALECT, '--subjects', house.subjectsFile),
    async upload(customer: string, mark: number): Promise<number> {
      const form = new FormData();
      form.set('image', new Blob([new Uint8Array(markedPicture(mark))], { type: 'image/jpeg' }), 'me.jpg');
      const { status } = await fetch(`${url()}/v1/customers/${customer}/images`, {
        method: 'PUT',
        headers: { 'x-api-key': 'demo-v1-key' },
        body: form,
      });
      return status;
    },
    /** The number that a client sees, or the status of what went wrong. */
    async shown(customer: string): Promise<string> {
      const read = await fetch(`${url()}/v1/customers/${customer}`, {
        headers: { 'x-api-key': 'demo-v1-key' },
      });
      if (!read.ok) return `status ${read.status}`;
      const { imageUrl } = (await read.json()) as { imageUrl?: string };
      if (imageUrl === undefined) return 'none';
      return `picture ${readMark(Buffer.from(await (await fetch(imageUrl)).arrayBuffer()))}`;
    },
    killBackend: () => backend.stop(),
    async startBackendAgain() {
      backend = await startBackendProcess({ port });
    },
    atBackend: async (customer: string) => {
      const picture = await backend.picture(customer);
      return picture && readMark(picture);
    },
    async stop() {
      for (const gateway of gateways) await gateway.end();
      await backend.stop().catch(() => undefined);
      await house.remove();
    },
  };
}

type World = Awaited<ReturnType<typeof startWorld>>;

async function advanceTo(world: World, ...stages: readonly string[]): Promise<void> {
  for (const stage of stages) {
    if (stage === 'switched') expect((await world.verify()).code).toBe(0);
    const step = await world.migrate('advance', '--timeout', '60');
    expect(step).toMatchObject({ outcome: 'arrived', rollout: { stage } });
  }
}

describe('a way back that cannot drain, since the backend is dead', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
    await advanceTo(world, 'shadow', 'dual-write');
    expect(await world.upload('5000', 1)).toBe(200);
    await advanceTo(world, 'switched');
    await world.killBackend();
    expect(await world.upload('5000', 2)).toBe(200);
  });
  afterAll(() => world.stop());

  it('a way back that cannot drain names the people for whom it waits, with the reason, and what can be done', async () => {
    const step = await world.migrate('back', '--timeout', '3');
    expect(step).toMatchObject({
      outcome: 'under way',
      waitingFor: {
        gateways: [],
        people: 1,
        named: [{ subjectId: 'crowd-0', what: expect.stringContaining('pending replication') }],
      },
      nextSteps: expect.arrayContaining([expect.stringContaining('polyface migrate cancel')]),
    });
    expect(await world.migrate('back')).toMatchObject({
      outcome: 'refused',
      refusedBy: [{ name: 'no change is under way' }],
    });
  });

  it('a way back that cannot drain can be cancelled, and clients never notice', async () => {
    expect(await world.shown('5000')).toBe('picture 2');
    expect(await world.migrate('cancel')).toMatchObject({
      outcome: 'cancelled',
      rollout: { stage: 'switched' },
    });
    expect(await world.migrate('cancel')).toMatchObject({ outcome: 'nothing to do' });
    expect(await world.shown('5000')).toBe('picture 2');
    expect(await world.upload('5001', 3)).toBe(200);
  });

  it('a way back that cannot drain arrives once the backend is there again, which then has everything', async () => {
    await world.startBackendAgain();
    expect(await world.migrate('back', '--timeout', '300')).toMatchObject({
      outcome: 'arrived',
      rollout: { stage: 'dual-write' },
    });
    expect([await world.atBackend('5000'), await world.atBackend('5001')]).toEqual([2, 3]);
    expect([await world.shown('5000'), await world.shown('5001')]).toEqual(['picture 2', 'picture 3']);
  });
});

describe('a backend that died for good', () => {
  let world: World;
  const file = () => join(world.house.folder, 'left-behind.jsonl');
  beforeAll(async () => {
    world = await startWorld();
    await advanceTo(world, 'shadow', 'dual-write');
    expect(await world.upload('5000', 1)).toBe(200);
    expect(await world.upload('5001', 2)).toBe(200);
  });
  afterAll(() => world.stop());

  it('a backend that died for good is given up in dual-write: the migration is complete, people get their pictures again, and those with unfinished writes or without a copy are named', async () => {
    await world.killBackend();
    expect(await world.shown('5001')).toMatch(/status 50\d/);
    expect(await world.upload('5000', 3)).toBeGreaterThanOrEqual(500);
    const earlier = { id: 'crowd-9', what: ['recheck'] };
    await writeFile(file(), `${JSON.stringify(earlier)}\n`);
    const step = await world.migrate('complete', '--abandon', file(), '--override', 'the disk is gone');
    expect(step).toMatchObject({ outcome: 'arrived', rollout: { stage: 'complete' }, abandonedPeople: 2 });
    const named = (await readFile(file(), 'utf8')).trim().split('\n');
    expect(named.map((line) => JSON.parse(line) as object)).toEqual([
      earlier,
      expect.objectContaining({ id: 'crowd-0', what: expect.arrayContaining(['intent']) }),
      { id: 'crowd-2', what: ['never copied'] },
    ]);
    // The client of the third upload was told neither that it is stored nor that it is not.
    expect(['picture 1', 'picture 3']).toContain(await world.shown('5000'));
    expect(await world.shown('5001')).toBe('picture 2');
    expect(await world.upload('5002', 4)).toBe(200);
    expect(await world.migrate('status')).toMatchObject({
      history: expect.arrayContaining([expect.objectContaining({ override: 'the disk is gone' })]),
    });
  });

  it('a backend that died for good can be brought in step should it come back after all', async () => {
    await world.startBackendAgain();
    expect(await world.migrate('back', '--timeout', '60')).toMatchObject({
      rollout: { stage: 'switched' },
    });
    expect(await world.migrate('back', '--timeout', '300')).toMatchObject({
      outcome: 'arrived',
      rollout: { stage: 'dual-write' },
    });
    expect(await world.atBackend('5002')).toBe(4);
  });
});

describe('a backend that was never copied from', () => {
  it('a backend that was never copied from is not given up: the pictures are there alone', async () => {
    const world = await startWorld();
    try {
      await advanceTo(world, 'shadow');
      await world.killBackend();
      const file = join(world.house.folder, 'left-behind.jsonl');
      expect(await world.migrate('complete', '--abandon', file, '--override', 'dead')).toMatchObject({
        outcome: 'refused',
        missing: 'the people in shadow have their pictures at the backend alone',
      });
    } finally {
      await world.stop();
    }
  });
});

/** Takes a step while a gateway is silent; again where the machine was so busy that the gate saw the silence first. */
async function takeWhileSilent(
  world: World,
  step: string,
  silence: () => boolean,
  undo: () => unknown,
): Promise<Record<string, unknown>> {
  for (;;) {
    silence();
    const result = await world.migrate(step, ...LONG_SILENCE);
    if (result.outcome !== 'refused') return result;
    await undo();
    // Until it is heard from again.
    await pause(5_000);
  }
}

describe('a gateway that stops during a step', () => {
  let world: World;
  let second: GatewayProcess;
  beforeAll(async () => {
    world = await startWorld();
    second = await world.house.start();
    await advanceTo(world, 'shadow');
  });
  afterAll(() => world.stop());

  it('a gateway that stops during a step is named in the outcome, however long it is silent, and the step goes on when it does', async () => {
    const stop = () => second.child.kill('SIGSTOP');
    const goOn = () => void second.child.kill('SIGCONT');
    const step = await takeWhileSilent(world, 'advance', stop, goOn);
    expect(step).toMatchObject({
      outcome: 'under way',
      waitingFor: { gateways: [{ heard: false, gatewayId: expect.any(String) }] },
      nextSteps: [expect.stringMatching(/^make sure that \w+ is gone/), expect.anything(), expect.anything()],
    });
    second.child.kill('SIGCONT');
    expect(await world.migrate('status', '--wait')).toMatchObject({ rollout: { stage: 'dual-write' } });
  });

  it('a gateway that stops during a step is forgotten when an operator says that it is gone', async () => {
    const kill = () => second.child.kill('SIGKILL');
    const another = async () => {
      await world.migrate('status', '--forget-silent');
      second = await world.house.start();
    };
    expect(await takeWhileSilent(world, 'back', kill, another)).toMatchObject({
      outcome: 'under way',
      waitingFor: { gateways: [{ heard: false }] },
    });
    expect(await world.migrate('status', '--forget-silent', '--wait')).toMatchObject({
      rollout: { stage: 'shadow' },
    });
  });
});

describe('a drain under constant load', () => {
  it('a drain under constant load ends, although people write all the time', async () => {
    const world = await startWorld();
    try {
      await advanceTo(world, 'shadow', 'dual-write');
      for (const customer of ['5000', '5001', '5002']) expect(await world.upload(customer, 1)).toBe(200);
      await advanceTo(world, 'switched');
      const over = new AbortController();
      let mark = 10;
      const newest = new Map<string, number>();
      const writers = ['5000', '5001', '5002'].map(async (customer) => {
        while (!over.signal.aborted) {
          mark += 1;
          const sent = mark;
          if ((await world.upload(customer, sent)) === 200) newest.set(customer, sent);
        }
      });
      const step = await world.migrate('back', '--timeout', '120');
      over.abort();
      await Promise.all(writers);
      expect(step).toMatchObject({ outcome: 'arrived', rollout: { stage: 'dual-write' } });
      for (const [customer, sent] of newest) expect(await world.shown(customer)).toBe(`picture ${sent}`);
    } finally {
      await world.stop();
    }
  });
});
