import type { MigrationStage } from '../../settings/migration-settings.ts';

/** How the requests about one subject are treated at this moment (docs/decisions/0901). */
export interface Conduct {
  /**
   * `stream`: to the backend, own store untouched. `both`: intent, backend, own store. `own`: own store, the backend later. `own-only`: own
   * store.
   */
  readonly write: 'stream' | 'both' | 'own' | 'own-only';
  readonly read: 'backend' | 'own';
  /** With `both`: acknowledge only what both have; a durable intent does not do. */
  readonly strict: boolean;
  /** With `both`: others may still stream, so own follows the backend once more afterwards. Goes with `redo: false`. */
  readonly recheck: boolean;
  /** With `both`: whether a write that was left unfinished is finished by whoever comes next; else it is given up. */
  readonly redo: boolean;
  /** Do the same on shadow subjects afterwards, and compare. */
  readonly shadow: boolean;
}

/** A phase of a change, and whether the backlog must be empty before the next one. */
export interface Phase {
  readonly conduct: Conduct;
  readonly drained: boolean;
}

const PLAIN = { strict: false, recheck: false, redo: true, shadow: false };

/** Each stage when nothing is changing. */
export const STEADY = {
  'pass-through': { ...PLAIN, write: 'stream', read: 'backend' },
  shadow: { ...PLAIN, write: 'stream', read: 'backend', shadow: true },
  'dual-write': { ...PLAIN, write: 'both', read: 'backend' },
  switched: { ...PLAIN, write: 'own', read: 'own' },
  complete: { ...PLAIN, write: 'own-only', read: 'own' },
} as const satisfies Record<MigrationStage, Conduct>;

const BOTH_READ_BACKEND: Conduct = { ...PLAIN, write: 'both', read: 'backend', strict: true };
const BOTH_READ_OWN: Conduct = { ...PLAIN, write: 'both', read: 'own', strict: true };
const BOTH_WITHOUT_REDO: Conduct = { ...BOTH_READ_BACKEND, redo: false };
const BOTH_WITH_RECHECK: Conduct = { ...PLAIN, write: 'both', read: 'backend', recheck: true, redo: false };

/** What lies between two stages, in order; a step that is not named happens at once. */
const BETWEEN: Readonly<Record<string, readonly Phase[]>> = {
  'shadow>dual-write': [{ conduct: BOTH_WITH_RECHECK, drained: false }],
  'dual-write>shadow': [
    { conduct: BOTH_READ_BACKEND, drained: true },
    { conduct: BOTH_WITHOUT_REDO, drained: false },
  ],
  'dual-write>switched': [
    { conduct: BOTH_READ_BACKEND, drained: true },
    { conduct: BOTH_READ_OWN, drained: false },
  ],
  'switched>dual-write': [
    { conduct: BOTH_READ_OWN, drained: true },
    { conduct: BOTH_READ_BACKEND, drained: false },
  ],
  'switched>complete': [{ conduct: STEADY.switched, drained: true }],
};

/** The phases between two neighbouring stages. */
export function phasesBetween(from: MigrationStage, to: MigrationStage): readonly Phase[] {
  return BETWEEN[`${from}>${to}`] ?? [];
}
