import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemKind, RecordStore, WireProfile } from '../../src/domain/index.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { aFlatPng } from '../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';
import { DEMO_CLIENTS, type DemoClient, fixture } from './demo-clients.ts';
import { plainAnswer, problemsLike } from './golden-rows.ts';
import { holdUpload, type PlainAnswer } from './held-upload.ts';

/** How many uploads a client has before it is told to wait. */
const UPLOADS_ALLOWED = 3;

/** 400 megapixels in some kilobytes. */
const bomb = aFlatPng({ width: 20_000, height: 20_000 });
const portrait = await fixture('portrait.jpg');

interface World {
  readonly gateway: DemoGateway;
  /** What becomes of an attempt to write a record: nobody foresaw it, or somebody else is always faster. */
  readonly trouble: (trouble: 'none' | 'failure' | 'races') => void;
}

/** What has to be done for a problem to come up in an upload; the rest of the suite provokes the frequent ones. */
const PROVOKED: Readonly<
  Partial<Record<ProblemKind, (world: World, client: DemoClient) => Promise<PlainAnswer>>>
> = {
  'image-too-complex': async ({ gateway }, client) =>
    plainAnswer(await client.upload(gateway.url, bomb, 'bomb.png')),

  'file-too-large': async ({ gateway }, client) =>
    plainAnswer(
      await client.upload(gateway.url, Buffer.concat([portrait, Buffer.alloc(1_000_000)]), 'large.jpg'),
    ),

  overloaded: async ({ gateway }, client) => {
    const held = await holdUpload(gateway.url, client, Buffer.alloc(20_000));
    const answer = await plainAnswer(await client.upload(gateway.url, portrait, 'second.jpg'));
    expect((await held.finish()).body).toMatch(/./);
    return answer;
  },

  internal: async ({ gateway, trouble }, client) => {
    trouble('failure');
    const answer = await plainAnswer(await client.upload(gateway.url, await fixture('logo.png'), 'logo.png'));
    trouble('none');
    return answer;
  },

  conflict: async ({ gateway, trouble }, client) => {
    trouble('races');
    const answer = await plainAnswer(await client.upload(gateway.url, await fixture('logo.png'), 'logo.png'));
    trouble('none');
    return answer;
  },

  'rate-limited': async ({ gateway }, client) => {
    for (let count = 0; count < UPLOADS_ALLOWED + 2; count += 1) {
      const answer = await plainAnswer(await client.upload(gateway.url, portrait, 'again.jpg'));
      if (answer.status !== 200) return answer;
    }
    throw new Error('nobody said stop');
  },
};

const profiles: readonly WireProfile[] = ['documented', 'observed'];
const cases = Object.entries(PROVOKED).flatMap(([kind, provoke]) =>
  profiles.map((profile) => ({ kind, provoke, profile })),
);

describe.each(cases)('$kind, $profile', ({ kind, provoke, profile }) => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld(kind, profile);
  });
  afterAll(() => world.gateway.stop());

  it.each(DEMO_CLIENTS)(
    'through $dialect is the row of its table, and the old picture stays',
    async (client) => {
      const { gateway } = world;
      expect((await client.upload(gateway.url, portrait, 'portrait.jpg')).status).toBe(200);
      const before = await pictureOf(client, gateway);
      const answer = await provoke(world, client);
      expect(problemsLike(answer, client.dialect, profile)).toContain(kind);
      if (kind === 'rate-limited' || kind === 'overloaded') {
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      }
      expect(await gateway.leftovers()).toEqual([]);
      expect(await pictureOf(client, gateway)).toBe(before);
      expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    },
  );
});

async function startWorld(kind: string, profile: WireProfile): Promise<World> {
  const memory = createMemoryStore();
  let trouble: Parameters<World['trouble']>[0] = 'none';
  const records: RecordStore = {
    ...memory.records,
    swap: async (key, expected, value) => {
      if (trouble === 'failure') throw new Error('the disk is on fire');
      return trouble === 'races' ? 'conflict' : memory.records.swap(key, expected, value);
    },
  };
  const gateway = await startDemoGateway((demo) => strained(demo, kind, profile), {
    store: { ...memory, records },
  });
  return {
    gateway,
    trouble: (now) => {
      trouble = now;
    },
  };
}

function strained(demo: Settings, kind: string, profile: WireProfile): Settings {
  return {
    ...demo,
    limits: kind === 'overloaded' ? { ...demo.limits, maxConcurrentUploads: 1 } : demo.limits,
    dialects: Object.fromEntries(
      Object.entries(demo.dialects).map(([name, dialect]) => [
        name,
        {
          ...dialect,
          profile,
          options: kind === 'file-too-large' ? { ...dialect.options, maxBytes: 500_000 } : dialect.options,
          ...(kind === 'rate-limited' && {
            rate: { limit: UPLOADS_ALLOWED, windowSeconds: 86_400, per: 'endpoint' as const },
          }),
        },
      ]),
    ),
  };
}

async function pictureOf(client: DemoClient, gateway: DemoGateway): Promise<string> {
  const answer = await fetch((await client.address(gateway.url)) ?? 'no address');
  expect(answer.status).toBe(200);
  return createHash('sha256')
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest('hex');
}
