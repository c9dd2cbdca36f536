import type { CorpusReport, CorpusTotals } from './corpus-report.ts';
import type { FileVerdict } from './try-file.ts';

/** The report for people: a line per file, then the sums. */
export function corpusTable(report: CorpusReport): string {
  const rows = report.files.map(rowOf);
  const heads = ['file', 'bytes', 'verdict', 'detail', 'ms', 'location'];
  return [
    ...alignColumns([heads, ...rows]),
    '',
    ...alignColumns([
      ['', 'files', 'accepted', 'refused', 'errors', 'killed', 'slowest', 'location in', 'location out'],
      sumOf('corpus', report.corpus),
      sumOf('mutations', report.mutations),
    ]),
    '',
    ...refusals(report),
    `worker crashes ${report.crashes.length}, peak memory of the process tree ${report.peakMemoryMiB} MiB, policy ${report.policy}`,
    report.faults.length === 0 ? 'all promises kept' : `FAULTS:\n  ${report.faults.join('\n  ')}`,
  ].join('\n');
}

function rowOf({ file, bytes, verdict, detail, ms, killed, locationIn, locationOut }: FileVerdict): string[] {
  const location = `${locationIn ? 'in' : ''}${locationOut ? ' OUT' : ''}`;
  return [file, String(bytes), killed ? `${verdict} (killed)` : verdict, detail, String(ms), location];
}

function sumOf(name: string, totals: CorpusTotals): string[] {
  const refused = Object.values(totals.refused).reduce((sum, count) => sum + count, 0);
  const slowest = totals.slowest ? `${totals.slowest.ms} ms ${totals.slowest.file}` : '-';
  const { files, accepted, errors, killed, locationIn, locationOut } = totals;
  return [
    name,
    ...[files, accepted, refused, errors, killed].map(String),
    slowest,
    ...[locationIn, locationOut].map(String),
  ];
}

function refusals({ corpus, mutations }: CorpusReport): string[] {
  const kinds = [...new Set([...Object.keys(corpus.refused), ...Object.keys(mutations.refused)])].sort();
  const counts = kinds.map(
    (kind) => `${kind} ${(corpus.refused[kind] ?? 0) + (mutations.refused[kind] ?? 0)}`,
  );
  return counts.length === 0 ? [] : [`refused: ${counts.join(', ')}`];
}

function alignColumns(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
