import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { BODY_PREFIX } from '../core/storage-keys.ts';
import { isJsonArray, isJsonObject, type Json } from '../domain/index.ts';
import type { Store } from '../store/store.ts';
import { readMarkers } from '../store/store-marker.ts';
import { inBatches, mapAtOnce } from './in-batches.ts';
import { detailOfDamage } from './read-checked-record.ts';

/** What a copy found and did. */
export interface CopyReport {
  readonly records: number;
  /** Bodies that were read, checked against their digest, and written. */
  readonly bodies: number;
  readonly bytes: number;
  /** Records and bodies that the source no longer has and that were removed from the target. */
  readonly removed: number;
  /** What could not be copied, at most 500 lines: key and reason. */
  readonly damaged: readonly string[];
}

/** How a store is copied. */
export interface CopyOptions {
  /**
   * Whether later copies may update the target, as for a backup. Otherwise the target becomes a store of its
   * own, and a second copy into it is refused.
   */
  readonly keepForUpdates: boolean;
  readonly signal?: AbortSignal;
  /** Called after each batch of records. */
  readonly onProgress?: (report: CopyReport) => void;
}

/** The target holds something else. Nothing was changed. */
export class CopyRefusedError extends Error {
  override readonly name = 'CopyRefusedError';
}

/** Where the target keeps the source that it is a copy of. */
const ORIGIN_KEY = 'maintenance/copy';

/** Records that belong to the place, not to its content. */
const OWN_RECORDS = /^(?:store|probe|maintenance)\//;

const RECORDS_PER_BATCH = 64;
const RECORDS_AT_ONCE = 8;
const MAX_DAMAGED = 500;

const NOTHING: CopyReport = { records: 0, bodies: 0, bytes: 0, removed: 0, damaged: [] };

/**
 * Makes the target hold what the source holds. Gateways may write to the source meanwhile. The bodies of a
 * record are copied before the record. Where a body disappears because the record was replaced, the newest
 * record is copied instead. So each person is complete, and at least as new as when the copy began. What the
 * target has already is not sent again. Both stores are started.
 */
export async function copyStore(from: Store, to: Store, options: CopyOptions): Promise<CopyReport> {
  await claimTarget(from, to);
  let report = NOTHING;
  const add = (parts: readonly CopyReport[]) => {
    report = [report, ...parts].reduce(sum);
    options.onProgress?.(report);
    options.signal?.throwIfAborted();
  };
  for await (const keys of inBatches(from.records.list(''), RECORDS_PER_BATCH)) {
    const own = keys.filter((key) => !OWN_RECORDS.test(key));
    add(await mapAtOnce(own, RECORDS_AT_ONCE, (key) => copyRecord(from, to, key)));
  }
  for await (const keys of inBatches(to.records.list(''), RECORDS_PER_BATCH)) {
    const own = keys.filter((key) => !OWN_RECORDS.test(key));
    add(await mapAtOnce(own, RECORDS_AT_ONCE, (key) => removeGone(from, to, key)));
  }
  if (!options.keepForUpdates) {
    const origin = await to.records.read(ORIGIN_KEY);
    if (origin) await to.records.remove(ORIGIN_KEY, origin.version);
  }
  return report;
}

/** Checks that the target is empty, or is an unfinished copy or a backup of this very source. */
async function claimTarget(from: Store, to: Store): Promise<void> {
  const [source, target] = await Promise.all([readMarkers(from), readMarkers(to)]);
  if (source.records === undefined || source.records === target.records) {
    throw new CopyRefusedError('the source and the target are one and the same store');
  }
  const origin = await to.records.read(ORIGIN_KEY);
  if (origin?.value === source.records) return;
  for await (const key of to.records.list('')) {
    if (origin || !OWN_RECORDS.test(key)) {
      throw new CopyRefusedError('the target holds something else: copy into a new store');
    }
  }
  if ((await to.records.swap(ORIGIN_KEY, undefined, source.records)) === 'conflict') {
    throw new CopyRefusedError('another copy has begun to fill the target');
  }
}

async function copyRecord(from: Store, to: Store, key: string): Promise<CopyReport> {
  let copied = NOTHING;
  for (;;) {
    const read = await from.records.read(key).catch((cause: unknown) => ({ damage: detailOfDamage(cause) }));
    if (!read) return copied;
    if ('damage' in read) return sum(copied, { ...NOTHING, damaged: [`${key}: ${read.damage}`] });
    const named = bodiesIn(read.value);
    const results = await copyBodies(from, to, named);
    copied = [copied, ...results.map(({ report }) => report)].reduce(sum);
    const bad = results.filter(({ fault }) => fault !== undefined);
    if (bad.length > 0) {
      // The newest record no longer names the body, so it was deleted correctly. The newest record is copied
      // instead.
      const now = await from.records.read(key);
      if (now?.version !== read.version) continue;
    }
    await replaceRecord(to, key, read.value);
    const removed = await removeUnnamed(to, key, named);
    const damaged = bad.map(({ key: body, fault }) => `${body}: ${fault}`);
    return sum(copied, { ...NOTHING, records: 1, removed, damaged });
  }
}

interface CopiedBody {
  readonly key: string;
  readonly report: CopyReport;
  readonly fault?: string;
}

async function copyBodies(
  from: Store,
  to: Store,
  named: ReadonlyMap<string, string | undefined>,
): Promise<CopiedBody[]> {
  const results: CopiedBody[] = [];
  for (const [key, sha256] of named) {
    const there = await to.objects.get(key);
    there?.stream.destroy();
    results.push(there ? { key, report: NOTHING } : await copyBody(from, to, key, sha256));
  }
  return results;
}

/**
 * Checks the digest before the target publishes the body. So the target never holds a body that was altered
 * on the way.
 */
async function copyBody(
  from: Store,
  to: Store,
  key: string,
  sha256: string | undefined,
): Promise<CopiedBody> {
  const open = await from.objects.get(key);
  if (!open) return { key, report: NOTHING, fault: 'the body is missing' };
  let fault: string | undefined;
  const checked = async function* () {
    const hash = createHash('sha256');
    for await (const piece of open.stream) {
      const bytes = Buffer.from(piece);
      hash.update(bytes);
      yield bytes;
    }
    if (sha256 === undefined || hash.digest('hex') === sha256) return;
    fault = 'the body is not what its record says';
    throw new Error(fault);
  };
  try {
    await to.objects.put(key, { kind: 'stream', stream: checked() });
    return { key, report: { ...NOTHING, bodies: 1, bytes: open.totalBytes } };
  } catch (cause) {
    if (fault === undefined) throw cause;
    return { key, report: NOTHING, fault };
  }
}

async function replaceRecord(to: Store, key: string, value: Json): Promise<void> {
  const before = await to.records.read(key);
  if (before && isDeepStrictEqual(before.value, value)) return;
  if ((await to.records.swap(key, before?.version, value)) === 'conflict') {
    throw new CopyRefusedError('another process writes to the target');
  }
}

/** Removes bodies of the record's person that an earlier copy brought and that the record no longer names. */
async function removeUnnamed(
  to: Store,
  recordKey: string,
  named: ReadonlyMap<string, string | undefined>,
): Promise<number> {
  const subject = /^subjects\/([0-9a-f]{32})$/.exec(recordKey)?.[1];
  if (subject === undefined) return 0;
  let removed = 0;
  for await (const { key } of to.objects.list(`${BODY_PREFIX}${subject}/`)) {
    if (named.has(key)) continue;
    await to.objects.delete(key);
    removed += 1;
  }
  return removed;
}

async function removeGone(from: Store, to: Store, key: string): Promise<CopyReport> {
  const source = await from.records.read(key).catch((cause: unknown) => detailOfDamage(cause));
  if (source !== undefined) return NOTHING;
  const found = await to.records.read(key);
  if (!found) return NOTHING;
  await to.records.remove(key, found.version);
  return { ...NOTHING, removed: 1 + (await removeUnnamed(to, key, new Map())) };
}

/** Every body that a document names, with its digest where the document states it. */
function bodiesIn(
  value: Json,
  bodies = new Map<string, string | undefined>(),
): Map<string, string | undefined> {
  if (typeof value === 'string' && value.startsWith(BODY_PREFIX)) bodies.set(value, bodies.get(value));
  else if (isJsonArray(value)) for (const item of value) bodiesIn(item, bodies);
  else if (isJsonObject(value)) {
    for (const member of Object.values(value)) if (member !== undefined) bodiesIn(member, bodies);
    const { key, sha256 } = value;
    if (typeof key === 'string' && bodies.has(key) && typeof sha256 === 'string') bodies.set(key, sha256);
  }
  return bodies;
}

function sum(a: CopyReport, b: CopyReport): CopyReport {
  return {
    records: a.records + b.records,
    bodies: a.bodies + b.bodies,
    bytes: a.bytes + b.bytes,
    removed: a.removed + b.removed,
    damaged: [...a.damaged, ...b.damaged].slice(0, MAX_DAMAGED),
  };
}
