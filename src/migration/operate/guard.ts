/** One thing that must hold before a step. */
export interface Guard {
  readonly name: string;
  readonly holds: boolean;
  readonly found: string;
  /** What to do about it. */
  readonly next: string;
  /** Set where an override does not help, because the step itself would be wrong. */
  readonly isFirm?: true;
}
