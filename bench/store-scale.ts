/*
 * `node scripts/run.mjs bench/store-scale.ts [-- --subjects 200000]`: operations a second on the embedded store with 1,000 subjects and
 * with many, side by side in one run, as a ratio. Exit code 1 below 0.9.
 */
import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createFilesystemStore } from '../src/store/filesystem/filesystem-store.ts';
import { pathOf, placeOfKey } from '../src/store/filesystem/place-of-key.ts';
import { encodeVersion, followingVersion } from '../src/store/filesystem/record-versions.ts';
import type { Store } from '../src/store/store.ts';
import { encodeRecord } from '../src/store/store-record.ts';

const FEW = 1_000;
const BUDGET = 0.9;
const ROUNDS = 9;
const CLIENTS = 8;
const UPLOADS_PER_ROUND = 300;
const READS_PER_ROUND = 3_000;
const BODY = randomBytes(30_000);
const SMALL_BODY = randomBytes(1_000);

interface Filled extends Store {
  readonly subjects: number;
}

const { values } = parseArgs({ options: { subjects: { type: 'string', default: '200000' } } });
const many = Number(values.subjects);

const folder = await mkdtemp(join(tmpdir(), 'polyface-scale-'));
try {
  const stores = [await fillStore('few', FEW), await fillStore('many', many)];
  const rates = { upload: stores.map((): number[] => []), read: stores.map((): number[] => []) };
  for (let round = 0; round < ROUNDS; round += 1) {
    // The two alternate, and each goes first in turn. So other load on the machine hits both alike.
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const store = stores[index];
      if (!store) continue;
      rates.upload[index]?.push(await perSecond(store, UPLOADS_PER_ROUND, (key) => write(store, key, BODY)));
      rates.read[index]?.push(await perSecond(store, READS_PER_ROUND, (key) => read(store, key)));
    }
  }
  for (const kind of ['upload', 'read'] as const) {
    const [few = 0, withMany = 0] = rates[kind].map(median);
    const ratio = Number((withMany / few).toFixed(3));
    const perSecond = { few: Math.round(few), many: Math.round(withMany) };
    console.log(JSON.stringify({ kind, subjects: many, perSecond, ratio }));
    if (ratio < BUDGET) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true });
}

/**
 * A store with so many subjects. Filled in the driver's own layout but without syncing, and with bodies that share their bytes: what
 * grows is the number of names and records. What is measured is written durably by the driver itself.
 */
async function fillStore(name: string, subjects: number): Promise<Filled> {
  const place = join(folder, name);
  const store = createFilesystemStore({ folder: place });
  await store.start({ create: true });
  const small = join(place, 'small-body');
  const objects = join(place, 'objects');
  const records = join(place, 'records');
  for (let subject = 0; subject < subjects; subject += 1) {
    // No file has more than some ten thousand names.
    const source = `${small}-${Math.floor(subject / 5_000)}`;
    if (subject % 5_000 === 0) writeFileSync(source, SMALL_BODY);
    const key = subjectKey(subject);
    const bodies = bodyKeys(key);
    for (const body of bodies) {
      const found = pathOf(objects, placeOfKey(body, 1));
      linkAt(source, found);
    }
    const record = pathOf(records, placeOfKey(`subjects/${key}`, 3));
    mkdirSync(record.path, { recursive: true });
    const version = encodeVersion(followingVersion(undefined, 'fill'), encodeRecord(documentOf(bodies)));
    writeFileSync(join(record.path, '1'), version);
  }
  process.stderr.write(`${subjects} subjects\n`);
  return { ...store, subjects };
}

function linkAt(source: string, { folder, path }: { readonly folder: string; readonly path: string }): void {
  try {
    linkSync(source, path);
  } catch {
    mkdirSync(folder, { recursive: true });
    linkSync(source, path);
  }
}

function bodyKeys(key: string): string[] {
  const image = randomBytes(16).toString('hex');
  return ['original', 'inside-1200x1200-jpeg-ffffff-q85'].map(
    (name) => `bodies/${key}/${image}/${name}.${'0'.repeat(16)}`,
  );
}

/** As large as a subject's record is. */
function documentOf(bodies: readonly string[]): { bodies: readonly string[]; fill: string } {
  return { bodies, fill: 'x'.repeat(900) };
}

/** What an upload asks of the store: two bodies, a swap, and the end of the bodies before. */
async function write({ objects, records }: Filled, key: string, bytes: Buffer): Promise<void> {
  const before = await records.read(`subjects/${key}`);
  const bodies = bodyKeys(key);
  await Promise.all(bodies.map((body) => objects.put(body, { kind: 'memory', bytes })));
  await records.swap(`subjects/${key}`, before?.version, documentOf(bodies));
  await Promise.all(bodiesIn(before?.value).map((body) => objects.delete(body)));
}

function bodiesIn(value: unknown): readonly string[] {
  return (value as { readonly bodies: readonly string[] } | undefined)?.bodies ?? [];
}

/** What a download asks of the store. */
async function read({ objects, records }: Filled, key: string): Promise<void> {
  const record = await records.read(`subjects/${key}`);
  const [body = ''] = bodiesIn(record?.value);
  const open = await objects.get(body);
  // Another client may have replaced it since.
  for await (const chunk of open?.stream ?? []) chunk.length.toString();
}

function subjectKey(subject: number): string {
  return createHash('sha256').update(String(subject)).digest('hex').slice(0, 32);
}

/**
 * Operations a second on subjects picked from all over the store. Each is read once before the clock starts: what is compared is the
 * driver's work on few and on many names, not whether the machine's memory happens to hold what was written minutes ago.
 */
async function perSecond(
  store: Filled,
  operations: number,
  run: (key: string) => Promise<void>,
): Promise<number> {
  const picked = Array.from({ length: operations }, () =>
    subjectKey(Math.floor(Math.random() * store.subjects)),
  );
  await forEach(picked, (key) => read(store, key));
  const startedAtMs = performance.now();
  await forEach(picked, run);
  return (operations * 1_000) / (performance.now() - startedAtMs);
}

async function forEach(keys: readonly string[], run: (key: string) => Promise<void>): Promise<void> {
  const queue = keys.values();
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (const key of queue) await run(key);
    }),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
