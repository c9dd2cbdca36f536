import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemKind, RecordStore, WireProfile } from '../../src/domain/index.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { type ProblemRow, problemRows } from '../support/dialects/fixture.ts';
import { aFlatPng } from '../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';
import { DEMO_CLIENTS, type DemoClient, fixture } from './demo-clients.ts';
import { holdUpload, type PlainAnswer } from './held-upload.ts';

/** How many uploads a client has before it is told to wait. */
const UPLOADS_ALLOWED = 3;

/** 400 megapixels in some kilobytes. */
const bomb = aFlatPng({ width: 20_000, height: 20_000 });
const portrait = await fixture('portrait.jpg');

interface World {
  readonly gateway: DemoGateway;
  /** From now on no record can be written, and nobody foresaw why. */
  readonly breakRecords: (broken: boolean) => void;
}

/** What has to be done for a problem to come up in an upload; the rest of the suite provokes the frequent ones. */
const PROVOKED: Readonly<
  Partial<Record<ProblemKind, (world: World, client: DemoClient) => Promise<PlainAnswer>>>
> = {
  'image-too-complex': async ({ gateway }, client) =>
    plain(await client.upload(gateway.url, bomb, 'bomb.png')),

  'file-too-large': async ({ gateway }, client) =>
    plain(await client.upload(gateway.url, Buffer.concat([portrait, Buffer.alloc(1_000_000)]), 'large.jpg')),

  overloaded: async ({ gateway }, client) => {
    const held = await holdUpload(gateway.url, client, Buffer.alloc(20_000));
    const answer = await plain(await client.upload(gateway.url, portrait, 'second.jpg'));
    expect((await held.finish()).body).toMatch(/./);
    return answer;
  },

  internal: async ({ gateway, breakRecords }, client) => {
    breakRecords(true);
    const answer = await plain(await client.upload(gateway.url, await fixture('logo.png'), 'logo.png'));
    breakRecords(false);
    return answer;
  },

  'rate-limited': async ({ gateway }, client) => {
    for (let count = 0; count < UPLOADS_ALLOWED + 2; count += 1) {
      const answer = await plain(await client.upload(gateway.url, portrait, 'again.jpg'));
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
      expect(
        rowsLike(answer, problemRows(client.dialect), profile).map(({ problem }) => problem.kind),
      ).toContain(kind);
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
  let broken = false;
  const records: RecordStore = {
    ...memory.records,
    swap: async (key, expected, value) => {
      if (broken) throw new Error('the disk is on fire');
      return memory.records.swap(key, expected, value);
    },
  };
  const gateway = await startDemoGateway((demo) => strained(demo, kind, profile), {
    store: { ...memory, records },
  });
  return {
    gateway,
    breakRecords: (now) => {
      broken = now;
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

/** The golden rows that an answer is; what differs from answer to answer is left out. */
function rowsLike(answer: PlainAnswer, rows: readonly ProblemRow[], profile: WireProfile): ProblemRow[] {
  const found = steady(answer.body);
  return rows.filter((row) => {
    const expected = { ...row, ...(profile === 'observed' ? row.observed : {}) };
    return expected.status === answer.status && steady(expected.body) === found;
  });
}

/** Without ids, and with every limit and size alike. */
function steady(body: string): string {
  return body.replace(/"(traceId|refId)":"[0-9a-z]+"/g, '"$1":"~"').replace(/\b\d{5,}\b/g, '~');
}

async function plain(answer: Response): Promise<PlainAnswer> {
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}

async function pictureOf(client: DemoClient, gateway: DemoGateway): Promise<string> {
  const answer = await fetch((await client.address(gateway.url)) ?? 'no address');
  expect(answer.status).toBe(200);
  return createHash('sha256')
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest('hex');
}
