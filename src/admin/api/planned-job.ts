import type { JobWork } from '../jobs.ts';

/** Long work that was requested, checked and is ready to start. */
export interface PlannedJob {
  readonly kind: string;
  /** The target, for the list of jobs and the audit log. */
  readonly target: string;
  /** For the audit log. */
  readonly action: string;
  readonly work: JobWork;
}
