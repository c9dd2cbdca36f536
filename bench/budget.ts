/** What a measure must not miss. */
export interface Budget {
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One figure of a run, most of them ratios. */
export interface Measure {
  /** The work, e.g. `v1 PUT, 12 MP`. */
  readonly work: string;
  /** What is compared, e.g. `processor time / floor`. */
  readonly measure: string;
  readonly value: number;
  readonly unit?: string;
  readonly budget?: Budget;
  /** The raw medians that the ratio is made of. */
  readonly details?: Readonly<Record<string, number>>;
}

/** Machines drift: a budget counts as missed when it is missed by more than this share. */
export const TOLERANCE = 0.05;

/** Whether the measure keeps its budget. */
export function isKept({ value, budget }: Measure): boolean {
  if (!budget) return true;
  if (budget.atMost !== undefined && value > budget.atMost * (1 + TOLERANCE)) return false;
  if (budget.atLeast !== undefined && value < budget.atLeast * (1 - TOLERANCE)) return false;
  return Number.isFinite(value);
}

/** `<= 1.15`, or nothing. */
export function budgetText(budget: Budget | undefined): string {
  if (budget?.atMost !== undefined) return `<= ${budget.atMost}`;
  if (budget?.atLeast !== undefined) return `>= ${budget.atLeast}`;
  return '';
}
