import {
  type Json,
  namesOf,
  type PeopleRegistry,
  type Person,
  type PersonDraft,
  ProblemError,
  type PutResult,
} from '../../domain/index.ts';
import { digestOfName } from '../records/name-digest.ts';
import type { ImportRow } from './read-people.ts';

/** A row that was rejected, and the reason. */
export interface RejectedRow {
  readonly row: number;
  readonly problem: Json;
  readonly person?: Json;
}

/** The result of an import, or of its rehearsal. */
export interface ImportReport {
  readonly rows: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly rejected: number;
  /**
   * Rows that share an identifier: each of these people exists, but the identifier finds none of them. At
   * most a hundred are reported.
   */
  readonly shared: readonly { readonly identifier: string; readonly rows: readonly number[] }[];
  readonly sharedIdentifiers: number;
}

/** What became of a row. */
export type ImportedRow =
  | { readonly kind: 'created' | 'changed' | 'unchanged'; readonly person: Pick<Person, 'key'> }
  | Extract<PutResult, { kind: 'refused' }>;

/** The registry as far as an import needs it: that of the store here, or a running gateway's. */
export interface ImportRegistry extends Pick<PeopleRegistry, 'check'> {
  putMany(tenant: string, drafts: readonly PersonDraft[], mode: 'patch'): Promise<readonly ImportedRow[]>;
  preview(tenant: string, drafts: readonly PersonDraft[], mode: 'patch'): Promise<readonly ImportedRow[]>;
}

/** How an import runs. */
export interface ImportPlan {
  readonly tenant: string;
  readonly registry: ImportRegistry;
  readonly rows: AsyncIterable<ImportRow>;
  readonly batchRows: number;
  readonly dryRun: boolean;
  /** Rows up to this one were imported by an earlier run. */
  readonly after: number;
  readonly counted: ImportCounts;
  readonly signal: AbortSignal;
  onRejected(rows: readonly RejectedRow[]): Promise<void>;
  /** Called after each batch: every row up to this one is durable. */
  onBatch(row: number, counts: ImportCounts): Promise<void>;
  /** Called with the key of each person of the file. */
  readonly onKey?: (key: string) => void;
}

/** Counts of an import so far. */
export type ImportCounts = {
  readonly rows: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly rejected: number;
};

/** The counts of an import that has not begun. */
export const NOTHING_COUNTED: ImportCounts = { rows: 0, created: 0, changed: 0, unchanged: 0, rejected: 0 };

const MAX_SHARED_TOLD = 100;
const MAX_ROWS_TOLD = 10;

interface Batch {
  readonly rows: { readonly row: number; readonly draft: PersonDraft }[];
  readonly rejected: RejectedRow[];
}

/**
 * Puts the rows of a file, a batch at a time. Each row makes a person or changes the one with its id. What a
 * row does not name stays as it is, so importing the same file again changes nothing. `complete` is false
 * where the signal ended the import early.
 */
export async function importPeople(plan: ImportPlan): Promise<{ report: ImportReport; complete: boolean }> {
  let counts = plan.counted;
  const identifiers = new Map<string, number>();
  const shared = new Map<string, { identifier: string; rows: number[] }>();
  let batch: Batch = { rows: [], rejected: [] };
  let last = plan.after;

  const flush = async () => {
    const drafts = batch.rows.map(({ draft }) => draft);
    const results = plan.dryRun
      ? await plan.registry.preview(plan.tenant, drafts, 'patch')
      : await plan.registry.putMany(plan.tenant, drafts, 'patch');
    for (const [at, result] of results.entries()) {
      const given = batch.rows[at];
      if (result.kind === 'refused' && given)
        batch.rejected.push({ row: given.row, problem: result.problem, person: given.draft });
      if (result.kind !== 'refused') plan.onKey?.(result.person.key);
    }
    counts = addCounts(counts, results, batch.rejected.length);
    batch.rejected.sort((one, other) => one.row - other.row);
    await plan.onRejected(batch.rejected);
    await plan.onBatch(last, counts);
    batch = { rows: [], rejected: [] };
  };

  for await (const line of plan.rows) {
    if (plan.signal.aborted) return { report: report(counts, shared), complete: false };
    const checked = check(line, plan.registry);
    if ('draft' in checked) noteShared(plan.tenant, line.row, checked.draft, identifiers, shared);
    if (line.row <= plan.after) continue;
    last = line.row;
    if ('draft' in checked) batch.rows.push({ row: line.row, ...checked });
    else batch.rejected.push(checked);
    if (batch.rows.length + batch.rejected.length >= plan.batchRows) await flush();
  }
  if (batch.rows.length + batch.rejected.length > 0) await flush();
  return { report: report(counts, shared), complete: true };
}

function check(
  line: ImportRow,
  registry: Pick<PeopleRegistry, 'check'>,
): { readonly draft: PersonDraft } | RejectedRow {
  if ('fault' in line)
    return { row: line.row, problem: { kind: 'invalid-person', pointer: '', reason: line.fault } };
  const { person, row } = line;
  try {
    return { draft: registry.check(person) };
  } catch (cause) {
    if (!(cause instanceof ProblemError)) throw cause;
    return { row, problem: cause.problem, person };
  }
}

function noteShared(
  tenant: string,
  row: number,
  draft: PersonDraft,
  seen: Map<string, number>,
  shared: Map<string, { identifier: string; rows: number[] }>,
): void {
  for (const name of namesOf(draft)) {
    if (name.unique) continue;
    const { token } = digestOfName(tenant, name);
    const first = seen.get(token);
    if (first === undefined) seen.set(token, row);
    else if (first !== row) {
      const told = shared.get(token) ?? {
        identifier: name.pointer.slice('/identifiers/'.length),
        rows: [first],
      };
      if (told.rows.length < MAX_ROWS_TOLD) told.rows.push(row);
      shared.set(token, told);
    }
  }
}

function addCounts(counts: ImportCounts, results: readonly ImportedRow[], rejected: number): ImportCounts {
  const of = (kind: ImportedRow['kind']) => results.filter((result) => result.kind === kind).length;
  return {
    rows: counts.rows + results.length + rejected - of('refused'),
    created: counts.created + of('created'),
    changed: counts.changed + of('changed'),
    unchanged: counts.unchanged + of('unchanged'),
    rejected: counts.rejected + rejected,
  };
}

function report(
  counts: ImportCounts,
  shared: ReadonlyMap<string, { readonly identifier: string; readonly rows: readonly number[] }>,
): ImportReport {
  return {
    ...counts,
    sharedIdentifiers: shared.size,
    shared: [...shared.values()].slice(0, MAX_SHARED_TOLD),
  };
}
