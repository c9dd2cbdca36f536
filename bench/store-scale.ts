/*
 * `node scripts/run.mjs bench/store-scale.ts [-- --subjects 200000]`: operations a second on the embedded store with 1,000 subjects and
 * with many, side by side in one run, as a ratio. Exit code 1 below 0.9.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ObjectStore, RecordStore } from '../src/domain/index.ts';
import type { DurableFolders } from '../src/store/filesystem/durable-folders.ts';
import { createFilesystemObjects } from '../src/store/filesystem/filesystem-objects.ts';
import { createFilesystemRecords } from '../src/store/filesystem/filesystem-records.ts';
import { createFilesystemStore } from '../src/store/filesystem/filesystem-store.ts';
import { createStaging } from '../src/store/filesystem/stage-file.ts';

const FEW = 1_000;
const BUDGET = 0.9;
const ROUNDS = 9;
const CLIENTS = 8;
const UPLOADS_PER_ROUND = 300;
const READS_PER_ROUND = 3_000;
const BODY = randomBytes(30_000);
const SMALL_BODY = randomBytes(1_000);

interface Stores {
  readonly objects: ObjectStore;
  readonly records: RecordStore;
}

interface Filled extends Stores {
  readonly subjects: number;
}

const { values } = parseArgs({ options: { subjects: { type: 'string', default: '200000' } } });
const many = Number(values.subjects);

const folder = await mkdtemp(join(tmpdir(), 'polyface-scale-'));
try {
  const stores = [await filled('few', FEW), await filled('many', many)];
  const rates = { upload: stores.map((): number[] => []), read: stores.map((): number[] => []) };
  for (let round = 0; round < ROUNDS; round += 1) {
    // Interleaved, and in turns first, so that whatever else the machine does hits both alike.
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const store = stores[index];
      if (!store) continue;
      rates.upload[index]?.push(await perSecond(UPLOADS_PER_ROUND, () => upload(store)));
      rates.read[index]?.push(await perSecond(READS_PER_ROUND, () => read(store)));
    }
  }
  for (const kind of ['upload', 'read'] as const) {
    const [few = 0, withMany = 0] = rates[kind].map(median);
    const ratio = withMany / few;
    console.log(
      JSON.stringify({
        kind,
        subjects: many,
        fewPerSecond: Math.round(few),
        manyPerSecond: Math.round(withMany),
        ratio: Number(ratio.toFixed(3)),
      }),
    );
    if (ratio < BUDGET) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}

/** A store with so many subjects. Filled by the driver's own code, but without syncing: what is measured is durable again. */
async function filled(name: string, subjects: number): Promise<Filled> {
  const place = join(folder, name);
  const store = createFilesystemStore({ folder: place });
  await store.start();
  const fast = unsynced(place);
  await atOnce(CLIENTS, subjects, (subject) => write(fast, subject, SMALL_BODY));
  await atOnce(1, 50, () => upload({ ...store, subjects }));
  process.stderr.write(`${subjects} subjects\n`);
  return { ...store, subjects };
}

function unsynced(place: string): Stores {
  const made = new Set<string>();
  const make = async (path: string) => {
    if (made.has(path)) return;
    mkdirSync(path, { recursive: true });
    made.add(path);
  };
  const folders: DurableFolders = { sync: async () => {}, require: make, make };
  const staging = createStaging(join(place, 'temporary'), 'fill', { syncFile: async () => {} });
  return {
    objects: createFilesystemObjects({ root: join(place, 'objects'), folders, staging }),
    records: createFilesystemRecords({ root: join(place, 'records'), folders, staging }),
  };
}

/** What an upload asks of the store: two bodies, a swap, and the end of the bodies before. */
async function upload(store: Filled): Promise<void> {
  await write(store, Math.floor(Math.random() * store.subjects), BODY);
}

async function write({ objects, records }: Stores, subject: number, bytes: Buffer): Promise<void> {
  const key = subjectKey(subject);
  const before = await records.read(`subjects/${key}`);
  const image = randomBytes(16).toString('hex');
  const bodies = ['original', 'inside-1200x1200-jpeg-ffffff-q85'].map(
    (name) => `bodies/${key}/${image}/${name}.${'0'.repeat(16)}`,
  );
  await Promise.all(bodies.map((body) => objects.put(body, { kind: 'memory', bytes })));
  await records.swap(`subjects/${key}`, before?.version, { bodies, fill: 'x'.repeat(900) });
  await Promise.all(bodiesIn(before?.value).map((body) => objects.delete(body)));
}

function bodiesIn(value: unknown): readonly string[] {
  return (value as { readonly bodies: readonly string[] } | undefined)?.bodies ?? [];
}

/** What a download asks of the store. */
async function read({ objects, records, subjects }: Filled): Promise<void> {
  const key = subjectKey(Math.floor(Math.random() * subjects));
  const record = await records.read(`subjects/${key}`);
  const [body = ''] = bodiesIn(record?.value);
  const open = await objects.get(body);
  if (!open) throw new Error('a body is missing');
  for await (const chunk of open.stream) chunk.length.toString();
}

function subjectKey(subject: number): string {
  return createHash('sha256').update(String(subject)).digest('hex').slice(0, 32);
}

async function perSecond(operations: number, run: () => Promise<void>): Promise<number> {
  const startedAtMs = performance.now();
  await atOnce(CLIENTS, operations, run);
  return (operations * 1_000) / (performance.now() - startedAtMs);
}

async function atOnce(clients: number, count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < count) {
        next += 1;
        await run(next - 1);
      }
    }),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
