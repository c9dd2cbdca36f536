import type { MigrationStage } from '../../settings/migration-settings.ts';

/** How requests about one subject are treated now (docs/decisions/0901). */
export interface WritePolicy {
  /**
   * `stream`: to the backend; the local store is untouched. `both`: intent, backend, local store. `local`:
   * local store, and the backend later. `local-only`: local store.
   */
  readonly write: 'stream' | 'both' | 'local' | 'local-only';
  readonly read: 'backend' | 'local';
  /** With `both`: acknowledge only what both sides have; a durable intent is not enough. */
  readonly strict: boolean;
  /**
   * With `both`: other gateways may still stream, so the local store follows the backend once more
   * afterwards. Goes with `redo: false`.
   */
  readonly recheck: boolean;
  /** With `both`: whether the next process finishes an unfinished write; else the write is given up. */
  readonly redo: boolean;
  /** Do the same on shadow subjects afterwards, and compare. */
  readonly shadow: boolean;
  /** The writes of `complete` have yet to be noted as pending, so it is unknown what the backend holds. */
  readonly backendIsBehind: boolean;
}

/** The generation up to which the backend holds everything of a subject that has no journal entry. */
export function knownReached({ backendIsBehind }: WritePolicy, generation: number): number {
  return backendIsBehind ? 0 : generation;
}

/** A phase of a change. */
export interface Phase {
  readonly policy: WritePolicy;
  /** Whether what is unfinished must be finished before the next phase. */
  readonly drained: boolean;
  /**
   * What a cancelled change needs before it goes one phase back. `never`: unfinished writes were given up, so
   * the change has to reach the stage below. Only a gateway can delay this phase.
   */
  readonly cancel: 'at once' | 'drained' | 'never';
}

const PLAIN = { strict: false, recheck: false, redo: true, shadow: false, backendIsBehind: false };

/** The policy of each stage when nothing is changing. */
export const STEADY = {
  'pass-through': { ...PLAIN, write: 'stream', read: 'backend' },
  shadow: { ...PLAIN, write: 'stream', read: 'backend', shadow: true },
  'dual-write': { ...PLAIN, write: 'both', read: 'backend' },
  switched: { ...PLAIN, write: 'local', read: 'local' },
  complete: { ...PLAIN, write: 'local-only', read: 'local' },
} as const satisfies Record<MigrationStage, WritePolicy>;

const BOTH_READ_BACKEND: WritePolicy = { ...PLAIN, write: 'both', read: 'backend', strict: true };
const BOTH_READ_LOCAL: WritePolicy = { ...PLAIN, write: 'both', read: 'local', strict: true };
const BOTH_WITHOUT_REDO: WritePolicy = { ...BOTH_READ_BACKEND, redo: false };
const BOTH_WITH_RECHECK: WritePolicy = {
  ...PLAIN,
  write: 'both',
  read: 'backend',
  recheck: true,
  redo: false,
};

/** The phases between two stages, in order. A step without an entry here happens at once. */
const BETWEEN: Readonly<Record<string, readonly Phase[]>> = {
  'shadow>dual-write': [{ policy: BOTH_WITH_RECHECK, drained: false, cancel: 'at once' }],
  'dual-write>shadow': [
    { policy: BOTH_READ_BACKEND, drained: true, cancel: 'at once' },
    { policy: BOTH_WITHOUT_REDO, drained: false, cancel: 'never' },
  ],
  'dual-write>switched': [
    { policy: BOTH_READ_BACKEND, drained: true, cancel: 'at once' },
    // The backend was asked first, so it has everything that the local store has.
    { policy: BOTH_READ_LOCAL, drained: false, cancel: 'at once' },
  ],
  'switched>dual-write': [
    { policy: BOTH_READ_LOCAL, drained: true, cancel: 'at once' },
    // The backend may have shown a write that the local store has not got yet.
    { policy: BOTH_READ_BACKEND, drained: false, cancel: 'drained' },
  ],
  'switched>complete': [{ policy: STEADY.switched, drained: true, cancel: 'at once' }],
  // Only where the backend is given up: unfinished writes are finished in the local store alone.
  'dual-write>complete': [
    { policy: BOTH_READ_BACKEND, drained: true, cancel: 'never' },
    { policy: BOTH_READ_LOCAL, drained: false, cancel: 'never' },
  ],
};

/** The phases between two stages. */
export function phasesBetween(from: MigrationStage, to: MigrationStage): readonly Phase[] {
  return BETWEEN[`${from}>${to}`] ?? [];
}
