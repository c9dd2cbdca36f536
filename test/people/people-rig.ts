import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { createBackgroundWork } from '../../src/core/background-work.ts';
import { type Core, createCore } from '../../src/core/core.ts';
import type { PeopleParts } from '../../src/core/merge-people.ts';
import { recordKey } from '../../src/core/storage-keys.ts';
import { subjectKey } from '../../src/core/subject-key.ts';
import {
  type DownloadTarget,
  ProblemError,
  type RecordStore,
  type SubjectDirectory,
} from '../../src/domain/index.ts';
import { createImaging } from '../../src/imaging/imaging.ts';
import { createPeopleDirectory } from '../../src/people/people-in-order.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createSpool } from '../../src/temporary-files/spool.ts';
import { aContext, ada, anUpload } from '../core/core-rig.ts';
import { openRegistry } from './registry-rig.ts';

/** One gateway, as far as people and pictures go. */
export interface PeopleGateway extends PeopleParts {
  readonly executor: Core;
  readonly directory: SubjectDirectory;
  /** Uploads a picture of the person with the id in the dialect `one`. */
  put(tenant: string, alias: string, picture: Buffer): Promise<void>;
  remove(tenant: string, alias: string): Promise<void>;
  /** The stored picture and where a signed address would lead; `undefined` where there is none. */
  get(
    tenant: string,
    alias: string,
    attempt?: number,
  ): Promise<{ readonly sha256: string; readonly ticket: string } | undefined>;
  settle(): Promise<void>;
}

/** Real use cases over a memory store, with as many gateways as wanted. */
export interface PeopleRig {
  readonly store: Store;
  readonly clock: { nowMs: () => number; set(nowMs: number): void };
  gateway(records?: RecordStore): PeopleGateway;
  stop(): Promise<void>;
}

/** Starts the parts that the gateways share. */
export async function startPeopleRig(): Promise<PeopleRig> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-people-'));
  const store = createMemoryStore();
  const imaging = createImaging({
    workers: 1,
    timeoutSeconds: 20,
    memoryMiB: 512,
    limitMegapixels: 50,
    limitSidePixels: 12_000,
    queue: 500,
    scratchDir: folder,
  });
  await imaging.start();
  let now = 1_700_000_000_000;
  const clock = {
    nowMs: () => now,
    set: (nowMs: number) => {
      now = nowMs;
    },
  };
  return {
    store,
    clock,
    gateway(records = store.records) {
      const { registry, people } = openRegistry(records);
      const directory = createPeopleDirectory({
        sources: [people],
        tenants: [],
        subjectKey,
        recordKey,
        records,
        warn: () => {},
      });
      const background = createBackgroundWork(() => {});
      const { objects } = store;
      const executor = createCore({
        directory,
        objects,
        records,
        imaging,
        spool: createSpool({ folder, memoryBytes: 1 << 20 }),
        links: {
          sign: async (target, _picture, { baseUrl }) => {
            const ticket = Buffer.from(JSON.stringify(target)).toString('base64url');
            return { url: `${baseUrl}/${ticket}`, ticket, expiresAtMs: 0 };
          },
          verify: (ticket) => JSON.parse(Buffer.from(ticket, 'base64url').toString()) as DownloadTarget,
        },
        tokens: { issue: () => Promise.reject(new Error('none')) },
        clock,
        ids: { newId: () => randomBytes(16).toString('hex') },
        background,
        warn: () => {},
      });
      const contextOf = (tenant: string) =>
        aContext({ dialect: 'one', rendition: 'original', principal: { ...ada, tenant, dialect: 'one' } });
      return {
        executor,
        directory,
        registry,
        records,
        objects,
        background,
        clock,
        async put(tenant, alias, picture) {
          await executor.execute(
            {
              kind: 'put-images',
              subject: { kind: 'alias', id: alias },
              images: [{ slot: 0, upload: anUpload(picture) }],
            },
            contextOf(tenant),
          );
        },
        async remove(tenant, alias) {
          await executor.execute(
            { kind: 'delete-images', subject: { kind: 'alias', id: alias }, slots: [0] },
            contextOf(tenant),
          );
        },
        async get(tenant, alias, attempt = 0) {
          try {
            const { view } = await executor.execute(
              { kind: 'read-image', subject: { kind: 'alias', id: alias }, slot: 0 },
              contextOf(tenant),
            );
            const found = await objects.get(view.picture.key);
            found?.stream.destroy();
            // It may have been replaced since the record was read. A current record names no body that is gone.
            if (!found && attempt < 20) return await this.get(tenant, alias, attempt + 1);
            if (!found) throw new Error('a record names a body that is not there');
            return { sha256: view.image.original.sha256, ticket: view.ticket ?? '' };
          } catch (cause) {
            if (cause instanceof ProblemError && cause.problem.kind === 'image-not-found') return undefined;
            throw cause;
          }
        },
        settle: () => background.settle(),
      };
    },
    async stop() {
      await imaging.stop(1);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A small picture like no other: its colour is its number. */
export function pictureOf(number: number): Promise<Buffer> {
  const background = { r: number & 255, g: (number >> 8) & 255, b: (number >> 16) & 255 };
  return sharp({ create: { width: 4, height: 4, channels: 3, background } })
    .png()
    .toBuffer();
}

/** Every record of the directory and of the person as one text. */
export async function everythingIn({ store }: PeopleRig, tenant: string, key: string): Promise<string> {
  const texts: string[] = [];
  for await (const place of store.records.list('')) {
    const value = JSON.stringify((await store.records.read(place))?.value);
    // Other tests keep people of the same names in other tenants.
    const parsed = JSON.parse(value) as { people?: Record<string, { tenant: string }>; tenant?: string };
    const own = Object.values(parsed.people ?? {}).filter((entry) => entry.tenant === tenant);
    if (parsed.people) texts.push(JSON.stringify(own));
    else if (parsed.tenant === tenant || place.includes(key)) texts.push(place, value);
  }
  return texts.join('\n');
}
