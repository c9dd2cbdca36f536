import { bodiesNamedBy } from '../core/body-references.ts';
import { readSubjectRecord } from '../core/subject-records.ts';
import { StoreError } from '../domain/index.ts';
import type { Store } from '../store/store.ts';
import { readMarkers, writeMarkers } from '../store/store-marker.ts';
import { countMissingRecords } from './count-missing-records.ts';

/** The place holds no store, half of one, or halves of two. Nothing was changed. */
export class StoreRefusedError extends Error {
  override readonly name = 'StoreRefusedError';
}

/** How many subjects are checked before a store of an older release gets its marker. */
const SAMPLED_SUBJECTS = 200;

/**
 * Starts the store, and checks that both its halves are there and belong together. An empty place becomes a
 * store only with `begin`. A store that an older release wrote without a marker gets one if its records and
 * bodies fit. Throws `StoreRefusedError` otherwise.
 */
export async function startStore(store: Store, { begin }: { readonly begin: boolean }): Promise<void> {
  await store.start({ create: begin });
  const { records, objects } = await readMarkers(store);
  if (records !== undefined && records === objects) return;
  if (records !== undefined && objects !== undefined) {
    throw new StoreRefusedError('the records and the bodies belong to two different stores');
  }
  if (objects !== undefined) {
    throw new StoreRefusedError(
      'the bodies of a store are here and its records are not: mount or restore the records first',
    );
  }
  const { hasSubjects, hasBodies, hasRecords } = await contentsOf(store);
  if (records !== undefined) {
    // The process that began this store may have ended between the two halves of the marker.
    if (!hasSubjects && !hasBodies) return await writeMarkers(store);
    throw new StoreRefusedError(
      'the records of a store are here and its bodies are not: mount or restore the bodies first',
    );
  }
  if (!hasBodies && !hasRecords) {
    if (begin) return await writeMarkers(store);
    throw new StoreRefusedError('there is no store here yet: begin one with polyface serve --init');
  }
  await requireConsistent(store, { hasSubjects, hasBodies });
  await adopt(store);
}

/** What a place holds besides the store's own bookkeeping. */
async function contentsOf({ objects, records }: Store) {
  const hasSubjects = await holdsAny(records.list('subjects/'));
  return {
    hasSubjects,
    hasBodies: await holdsAny(objects.list('bodies/')),
    hasRecords:
      hasSubjects || (await holdsAny(records.list(''), (key) => !/^(?:probe|maintenance|store)\//.test(key))),
  };
}

async function holdsAny<T>(items: AsyncIterable<T>, counts: (item: T) => boolean = () => true) {
  for await (const item of items) if (counts(item)) return true;
  return false;
}

async function requireConsistent(
  store: Store,
  { hasSubjects, hasBodies }: { readonly hasSubjects: boolean; readonly hasBodies: boolean },
): Promise<void> {
  if (hasBodies && !hasSubjects) {
    throw new StoreRefusedError('there are bodies and no records: mount or restore the records first');
  }
  const { subjects, withoutRecord } = await countMissingRecords(store, {
    oldBeforeMs: Number.POSITIVE_INFINITY,
    maxSubjects: SAMPLED_SUBJECTS,
  });
  if (withoutRecord * 2 > subjects) {
    throw new StoreRefusedError(
      `${withoutRecord} of ${subjects} people who have bodies have no record: mount or restore the records first`,
    );
  }
  if (hasSubjects && !(await holdsNamedBody(store))) {
    throw new StoreRefusedError('the bodies that the records name are not here: mount or restore them first');
  }
}

/** Whether any body exists that the first records name; also `true` where they name none. */
async function holdsNamedBody({ objects, records }: Store): Promise<boolean> {
  let named = 0;
  let looked = 0;
  for await (const key of records.list('subjects/')) {
    looked += 1;
    if (looked > SAMPLED_SUBJECTS) break;
    const record = await readSubjectRecord(records, key.slice('subjects/'.length)).catch(() => undefined);
    for (const body of record?.record ? bodiesNamedBy(record.record) : []) {
      named += 1;
      const found = await objects.get(body);
      found?.stream.destroy();
      if (found) return true;
    }
  }
  return named === 0;
}

/** A disk that takes no more writes still serves reads. The next start tries again. */
async function adopt(store: Store): Promise<void> {
  try {
    await writeMarkers(store);
  } catch (cause) {
    if (!(cause instanceof StoreError && (cause.reason === 'full' || cause.reason === 'denied'))) throw cause;
  }
}
