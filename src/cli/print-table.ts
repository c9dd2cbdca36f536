/** A column of a table for people. */
export interface PrintedColumn<T> {
  readonly heading: string;
  readonly value: (row: T) => string;
}

/** Formats rows in columns, each as wide as its longest value. The text ends with a line break. */
export function formatTable<T>(columns: readonly PrintedColumn<T>[], rows: readonly T[]): string {
  const lines = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map(({ value }) => value(row))),
  ];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .concat('')
    .join('\n');
}
