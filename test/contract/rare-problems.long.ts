import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WireProfile } from '../../src/domain/index.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { DEMO_CLIENTS, type DemoClient, fixture } from './demo-clients.ts';
import { problemsLike } from './golden-rows.ts';
import { RARE_PROBLEMS, type StrainedGateway, startStrained } from './provoke-problems.ts';

const portrait = await fixture('portrait.jpg');
const profiles: readonly WireProfile[] = ['documented', 'observed'];
const cases = Object.entries(RARE_PROBLEMS).flatMap(([kind, provoke]) =>
  profiles.map((profile) => ({ kind, provoke, profile })),
);

describe.each(cases)('$kind, $profile', ({ kind, provoke, profile }) => {
  let world: StrainedGateway;

  beforeAll(async () => {
    world = await startStrained(kind, profile);
  });
  afterAll(() => world.gateway.stop());

  it.each(DEMO_CLIENTS)(
    'a rare problem through $dialect is rendered as the row of its table, and the old picture stays',
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

async function pictureOf(client: DemoClient, gateway: DemoGateway): Promise<string> {
  const answer = await fetch((await client.address(gateway.url)) ?? 'no address');
  expect(answer.status).toBe(200);
  return createHash('sha256')
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest('hex');
}
