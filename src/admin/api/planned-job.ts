import type { Json, PersonRow } from '../../domain/index.ts';
import type { AdminRole } from '../admin-role.ts';
import type { JobWork } from '../jobs.ts';

/** Long work that was requested, checked and is ready to start. */
export interface PlannedJob {
  readonly kind: string;
  /** The target, for the list of jobs and the audit log. */
  readonly target: string;
  /** For the audit log; absent where nothing is changed that it keeps. */
  readonly action?: string;
  /** Who may start it; `operate` where it is absent. */
  readonly role?: AdminRole;
  readonly work: JobWork;
  /** For the audit log, when the work has ended: what came of it. */
  readonly after?: () => Json;
  /** For work on rows that the client sends while it runs. */
  readonly feed?: RowFeed;
}

/** Takes the rows of a job, part by part. */
export interface RowFeed {
  /**
   * Resolves to what became of each row, when the rows are durable. Throws `AdminProblem` where the job has
   * ended.
   */
  take(part: {
    readonly rows: readonly PersonRow[];
    /** No further part comes. */
    readonly isLast: boolean;
    /** How much of all rows has come, from 0 to 1. */
    readonly progress: number | undefined;
  }): Promise<readonly Json[]>;
}
