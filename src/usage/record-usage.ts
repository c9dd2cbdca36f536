import type { Clock, RecordStore } from '../domain/index.ts';
import type { RequestObserver } from '../gateway/reports/request-report.ts';
import { createClientFamilies } from './client-family.ts';
import {
  addRows,
  callerKey,
  MAX_USAGE_ROWS,
  mergeUsage,
  readUsageDocument,
  type UsageDocument,
  type UsageRow,
  withinBound,
} from './usage-document.ts';
import { foldFinishedRuns, usageKey } from './usage-store.ts';

/** Counts who calls which operation, and stores the figures. */
export interface UsageRecorder {
  readonly observe: RequestObserver;
  /** Merges the figures of runs that ended long ago into one document, and then saves every few seconds. */
  start(): Promise<void>;
  /** Saves the figures that are not saved yet. */
  save(): Promise<void>;
  /** Saves once more and ends. */
  stop(): Promise<void>;
}

/** How often figures are saved, in milliseconds. After a kill, the calls of this time may be missing. */
const SAVE_EVERY_MS = 2_000;

/**
 * Counts refused calls as well, because their callers still depend on the operation. The figures hold only
 * names from documents and settings, and a few client families for each credential. They hold no person and
 * no address.
 */
export function createUsageRecorder({
  records,
  clock,
  runId,
  deprecated,
  onSaveFailure,
}: {
  readonly records: RecordStore;
  readonly clock: Clock;
  /** The id of this run. No other run has the same one. */
  readonly runId: string;
  readonly deprecated: (dialect: string, operation: string) => boolean;
  readonly onSaveFailure: (cause: unknown) => void;
}): UsageRecorder {
  const families = createClientFamilies();
  const dialects = new Map<string, DialectUsage>();
  let timer: NodeJS.Timeout | undefined;
  let saving: Promise<void> = Promise.resolve();

  async function saveAll(): Promise<void> {
    for (const [dialect, usage] of dialects) await saveDialect(dialect, usage);
  }

  async function saveDialect(dialect: string, usage: DialectUsage): Promise<void> {
    if (usage.unsaved.size === 0 && !usage.pending) return;
    if (!usage.pending) {
      usage.pending = [...usage.unsaved.values()];
      usage.unsaved = new Map();
    }
    const stored = await records.read(usageKey(usage.run, dialect));
    const before = stored && readUsageDocument(stored.value);
    if (!before && usage.saves > 0) {
      // Another gateway took this run for finished and merged its figures. The following figures get a run of
      // their own.
      usage.run = `${usage.run}.${usage.saves}`;
      usage.saves = 0;
      return saveDialect(dialect, usage);
    }
    if ((before?.saves ?? 0) === usage.saves) {
      const document: UsageDocument = {
        schema: 1,
        rows: withinBound(mergeUsage([before?.rows ?? [], usage.pending])),
        saves: usage.saves + 1,
        includes: [],
        updatedAtMs: clock.nowMs(),
      };
      const saved = await records.swap(usageKey(usage.run, dialect), stored?.version, document);
      if (saved === 'conflict') return;
    }
    usage.saves += 1;
    usage.pending = undefined;
  }

  function save(): Promise<void> {
    saving = saving.then(saveAll).catch(onSaveFailure);
    return saving;
  }

  return {
    observe({ dialect, operationId, tenant = '', credentialId = '', problem, userAgent, fields = [] }) {
      if (dialect === undefined || operationId === undefined) return;
      const usage = dialects.get(dialect) ?? { run: runId, saves: 0, unsaved: new Map(), pending: undefined };
      dialects.set(dialect, usage);
      const nowMs = clock.nowMs();
      // All tokens of one issuer count as one caller, so that no person is counted.
      const credential = credentialId.split('~', 1)[0] ?? '';
      const caller = tenant === '' ? undefined : JSON.stringify([tenant, dialect, credential]);
      const row: UsageRow = {
        dialect,
        operation: operationId,
        deprecated: deprecated(dialect, operationId),
        tenant,
        credential,
        client: families.familyFor(userAgent, caller),
        calls: 1,
        refused: problem === undefined ? 0 : 1,
        firstCallAtMs: nowMs,
        lastCallAtMs: nowMs,
        fields: Object.fromEntries(fields.map((field) => [field, 1])),
      };
      addRow(usage, row);
    },
    async start() {
      await foldFinishedRuns(records, clock);
      timer = setInterval(() => void save(), SAVE_EVERY_MS).unref();
    },
    save,
    async stop() {
      clearInterval(timer);
      await save();
      // The first save may have sent only figures that an earlier one could not.
      await save();
    },
  };
}

interface DialectUsage {
  run: string;
  saves: number;
  /** Figures by caller, since the last save. */
  unsaved: Map<string, UsageRow>;
  /** Figures of the save under way, or of one that failed. */
  pending: readonly UsageRow[] | undefined;
}

function addRow({ unsaved }: DialectUsage, row: UsageRow): void {
  const known = unsaved.has(callerKey(row)) || unsaved.size < MAX_USAGE_ROWS;
  const counted = known ? row : { ...row, credential: 'other', client: 'other' };
  const key = callerKey(counted);
  const before = unsaved.get(key);
  unsaved.set(key, before ? addRows(before, counted) : counted);
}
