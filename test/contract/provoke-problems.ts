import {
  ProblemError,
  type ProblemKind,
  type RecordStore,
  type WireProfile,
} from '../../src/domain/index.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { aFlatPng } from '../support/pictures.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';
import { type DemoClient, fixture } from './demo-clients.ts';
import { plainAnswer } from './golden-rows.ts';
import { holdUpload, type PlainAnswer } from './held-upload.ts';

/** How many uploads a client has before it is told to wait. */
const UPLOADS_ALLOWED = 3;

/** 400 megapixels in some kilobytes. */
const bomb = aFlatPng({ width: 20_000, height: 20_000 });
const portrait = await fixture('portrait.jpg');

/** A gateway that is made to fail in one way. */
export interface StrainedGateway {
  readonly gateway: DemoGateway;
  /**
   * How every attempt to write a record fails: with an unexpected error, or because another process is always
   * faster.
   */
  readonly trouble: (trouble: 'none' | 'failure' | 'refusal') => void;
}

/** What has to be done for a problem to come up in an upload; the rest of the suite provokes the frequent ones. */
export const RARE_PROBLEMS: Readonly<
  Partial<Record<ProblemKind, (world: StrainedGateway, client: DemoClient) => Promise<PlainAnswer>>>
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
    await held.finish();
    return answer;
  },

  internal: async ({ gateway, trouble }, client) => {
    trouble('failure');
    const answer = await plainAnswer(await client.upload(gateway.url, await fixture('logo.png'), 'logo.png'));
    trouble('none');
    return answer;
  },

  conflict: async ({ gateway, trouble }, client) => {
    trouble('refusal');
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

/** Starts a gateway on which the problem can come up. */
export async function startStrained(kind: string, profile: WireProfile): Promise<StrainedGateway> {
  const memory = createMemoryStore();
  let trouble: Parameters<StrainedGateway['trouble']>[0] = 'none';
  const records: RecordStore = {
    ...memory.records,
    swap: async (key, expected, value) => {
      if (trouble === 'failure') throw new Error('the disk is on fire');
      // A race that is lost is run again; only a refusal of the commit reaches the row in every dialect.
      if (trouble === 'refusal') throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
      return memory.records.swap(key, expected, value);
    },
  };
  const gateway = await startDemoGateway((demo) => tightenLimits(demo, kind, profile), {
    store: { ...memory, records },
  });
  return {
    gateway,
    trouble: (now) => {
      trouble = now;
    },
  };
}

function tightenLimits(demo: Settings, kind: string, profile: WireProfile): Settings {
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
            rate: { limit: UPLOADS_ALLOWED, windowSeconds: 86_400, per: 'endpoint' as const, weights: {} },
          }),
        },
      ]),
    ),
  };
}
