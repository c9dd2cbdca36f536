import { budgetText, isKept, type Measure } from './budget.ts';

/** The measures as a table for people. */
export function reportTable(measures: readonly Measure[]): string {
  const rows = measures.map((measure) => [
    measure.work,
    measure.measure,
    `${format(measure.value)}${measure.unit ? ` ${measure.unit}` : ''}`,
    budgetText(measure.budget),
    measure.budget ? (isKept(measure) ? 'kept' : 'MISSED') : '',
    Object.entries(measure.details ?? {})
      .map(([name, value]) => `${name} ${format(value)}`)
      .join(', '),
  ]);
  const table = [['work', 'measure', 'value', 'budget', '', 'medians'], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
