import { removePictures } from '../../core/erase-person.ts';
import { putRows } from '../../core/people-commands.ts';
import type { Json, PeopleRegistry, PersonRow, PutResult } from '../../domain/index.ts';
import { checkPeople, recordsWithoutPerson } from '../../maintenance/check-people.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import type { PlannedJob, RowFeed } from './planned-job.ts';
import { requiredText } from './route.ts';

type Members = Readonly<Record<string, unknown>>;

/** An import whose client has sent nothing for so long is over. */
const MAX_SILENCE_MS = 120_000;
/** How many findings of a kind a job keeps. */
const MAX_FINDINGS = 10_000;

/** `people-import`: rows of people, which the client sends part by part. What was written stays. */
export function planImport(parts: AdminParts, members: Members): PlannedJob {
  const tenant = tenantIn(parts, requiredText(members, 'tenant'));
  const dryRun = members.dryRun === true;
  registryOf(parts);
  let counts = { rows: 0, created: 0, changed: 0, unchanged: 0, rejected: 0 };
  const ended = Promise.withResolvers<boolean>();
  let isOpen = true;
  let silence: NodeJS.Timeout | undefined;
  let tellProgress: (fraction: number) => void = () => {};
  // One part at a time: rows of the same person are put in the order in which they were sent.
  let before: Promise<unknown> = Promise.resolve();

  const end = (isComplete: boolean) => {
    isOpen = false;
    clearTimeout(silence);
    ended.resolve(isComplete);
  };
  const awaitRows = () => {
    clearTimeout(silence);
    if (isOpen) silence = setTimeout(() => end(false), MAX_SILENCE_MS).unref();
  };
  const put = async ({ rows, isLast, progress }: Parameters<RowFeed['take']>[0]) => {
    if (!isOpen) throw new AdminProblem(409, 'The import has ended: it takes no more rows.');
    clearTimeout(silence);
    try {
      const results = await putRows(registryOf(parts), tenant, { rows, mode: 'patch', dryRun });
      counts = addResults(counts, results);
      if (progress !== undefined) tellProgress(progress);
      if (isLast) end(true);
      return results.map(({ row, result }) => describeResult(row, result));
    } finally {
      awaitRows();
    }
  };

  return {
    kind: 'people-import',
    target: `${tenant}/*`,
    ...(dryRun ? {} : { action: 'people.import' }),
    after: () => ({ created: counts.created, changed: counts.changed }),
    feed: {
      take(part) {
        const taken = before.then(() => put(part));
        before = taken.catch(() => {});
        return taken;
      },
    },
    async work({ signal, onProgress }) {
      tellProgress = onProgress;
      signal.addEventListener('abort', () => end(false), { once: true });
      awaitRows();
      const complete = await ended.promise;
      await before;
      return { complete, dryRun, ...counts };
    },
  };
}

/**
 * `people-check`: names that lead elsewhere, shared identifiers, records without a person. With `removeOrphans`
 * it removes the pictures of those keys that still have no person, and checks nothing else.
 */
export function planPeopleCheck(parts: AdminParts, members: Members): PlannedJob {
  const tenant = tenantIn(parts, requiredText(members, 'tenant'));
  const { removeOrphans } = members;
  registryOf(parts);
  if (removeOrphans !== undefined) return planRemoval(parts, tenant, removeOrphans);
  return {
    kind: 'people-check',
    target: `${tenant}/*`,
    role: 'read',
    async work({ signal, onProgress }) {
      const { records, current } = parts;
      const { directory } = current();
      const places = { registry: registryOf(parts), directory, records };
      const { people, lost, shared, orphans } = await checkPeople(places, tenant, { signal, onProgress });
      return {
        people,
        found: { lost: lost.length, shared: shared.length, orphans: orphans.length },
        lost: lost.slice(0, MAX_FINDINGS),
        shared: shared.slice(0, MAX_FINDINGS),
        orphans: orphans.slice(0, MAX_FINDINGS),
      };
    },
  };
}

function planRemoval(parts: AdminParts, tenant: string, keys: unknown): PlannedJob {
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every((key) => typeof key === 'string'))
    throw new AdminProblem(400, '"removeOrphans" is a list of keys that a check has found.');
  const wanted = new Set<string>(keys);
  let removed = 0;
  return {
    kind: 'people-check',
    target: `${tenant}/*`,
    role: 'admin',
    action: 'people.remove-orphans',
    after: () => ({ removed }),
    async work({ signal, onCount }) {
      const { records, objects, clock, current } = parts;
      const { directory } = current();
      for await (const { key } of recordsWithoutPerson({ directory, records }, tenant)) {
        if (signal.aborted) break;
        if (!wanted.has(key)) continue;
        await removePictures({ records, objects, clock }, tenant, key);
        removed += 1;
        onCount(removed, wanted.size);
      }
      return { removed };
    },
  };
}

function tenantIn({ current }: AdminParts, id: string): string {
  if (current().settings.tenants.some((tenant) => tenant.id === id)) return id;
  throw new AdminProblem(404, 'The settings name no such tenant.');
}

/** The people that can be changed now: a reload may have closed the directory. */
function registryOf({ current }: AdminParts): PeopleRegistry {
  const { people } = current();
  if (!people) throw noChangeableDirectory();
  return people.registry;
}

/** The refusal where people cannot be changed. */
export function noChangeableDirectory(): AdminProblem {
  return new AdminProblem(
    409,
    'The settings name no directory of people that can be changed: add {kind: records} to people.directories.',
  );
}

function addResults(
  counts: Readonly<Record<'rows' | 'created' | 'changed' | 'unchanged' | 'rejected', number>>,
  results: readonly { readonly result: PutResult }[],
) {
  const of = (kind: PutResult['kind']) => results.filter(({ result }) => result.kind === kind).length;
  return {
    rows: counts.rows + results.length,
    created: counts.created + of('created'),
    changed: counts.changed + of('changed'),
    unchanged: counts.unchanged + of('unchanged'),
    rejected: counts.rejected + of('refused'),
  };
}

function describeResult(row: PersonRow['row'], result: PutResult): Json {
  return result.kind === 'refused'
    ? { row, kind: result.kind, problem: result.problem }
    : { row, kind: result.kind, key: result.person.key };
}
