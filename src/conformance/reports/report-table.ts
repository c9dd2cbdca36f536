import type { CaseResult, ConformanceReport, Verdict } from '../run-conformance.ts';

const MARKS = {
  passed: 'ok',
  failed: 'FAIL',
  known: 'known',
  mended: 'MENDED',
  skipped: '-',
} as const satisfies Record<Verdict, string>;

/** One line for a result; what was found stands below it. */
export function resultLines({ id, verdict, title, findings, reason }: CaseResult): string {
  const lines = [`${MARKS[verdict].padEnd(6)} ${id.padEnd(52)} ${title}`];
  if (verdict === 'failed') {
    for (const { where, expected, got } of findings) {
      lines.push(
        `         ${where}: expected ${expected}`,
        `         ${' '.repeat(where.length)}  got      ${got}`,
      );
    }
  }
  if (reason !== undefined) lines.push(`         known: ${reason}`);
  return `${lines.join('\n')}\n`;
}

/** How many of each, and whether the server conforms. */
export function summaryLines({ dialect, profile, url, conforms, results, notes }: ConformanceReport): string {
  const counts = (Object.keys(MARKS) as Verdict[]).flatMap((verdict) => {
    const count = results.filter((result) => result.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  return [
    ...notes.map((note) => `note: ${note}`),
    `${url} ${conforms ? 'conforms' : 'does NOT conform'} to ${dialect} (${profile}): ${counts.join(', ')}`,
    '',
  ].join('\n');
}
