import type { CaseResult, ConformanceReport, Verdict } from '../run-conformance.ts';
import { describeFailure } from './describe-failure.ts';

const MARKS = {
  passed: 'ok',
  failed: 'FAIL',
  known: 'known',
  mended: 'MENDED',
  skipped: '-',
} as const satisfies Record<Verdict, string>;

/** One line for a result; what was found, sent and received, and what the document says stand below it. */
export function resultLines(url: string, result: CaseResult): string {
  const { id, verdict, title, findings, reason } = result;
  const lines = [`${MARKS[verdict].padEnd(6)} ${id.padEnd(52)} ${title}`];
  if (verdict === 'failed') {
    for (const { where, expected, got } of findings) {
      lines.push(
        `         ${where}: expected ${expected}`,
        `         ${' '.repeat(where.length)}  got      ${got}`,
      );
    }
    const failure = describeFailure({ url }, result);
    if (failure)
      lines.push(
        `         sent      ${failure.curl}`,
        ...indent('received  ', failure.answer),
        `         document  ${failure.document}`,
      );
  }
  if (reason !== undefined) lines.push(`         known: ${reason}`);
  return `${lines.join('\n')}\n`;
}

function indent(name: string, text: string): string[] {
  return text.split('\n').map((line, at) => `         ${at === 0 ? name : ' '.repeat(name.length)}${line}`);
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
