import type { CaseResult, ConformanceReport } from '../run-conformance.ts';
import { describeFailure } from './describe-failure.ts';

/**
 * The report as JUnit XML, with one test case for each case. A known deviation is a skipped test case with
 * its reason.
 */
export function reportJunit({ dialect, profile, url, results }: ConformanceReport): string {
  const count = (...verdicts: readonly string[]) =>
    results.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const seconds = results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  const head =
    `name="${text(`${dialect} ${profile}`)}" tests="${results.length}" failures="${count('failed', 'mended')}" ` +
    `skipped="${count('skipped', 'known')}" time="${seconds}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite ${head}>`,
    ...results.map((result) => testCase(dialect, url, result)),
    '</testsuite>',
    '',
  ].join('\n');
}

function testCase(dialect: string, url: string, result: CaseResult): string {
  const { id, durationMs } = result;
  const inner = outcome(url, result);
  const head = `  <testcase classname="${text(dialect)}" name="${text(id)}" time="${durationMs / 1000}"`;
  return inner === '' ? `${head}/>` : `${head}>${inner}</testcase>`;
}

function outcome(url: string, result: CaseResult): string {
  const { verdict, findings, reason = '' } = result;
  const found = findings.map(({ where, expected, got }) => `${where}: expected ${expected}, got ${got}`);
  switch (verdict) {
    case 'failed': {
      const failure = describeFailure({ url }, result);
      const details = failure ? ['', failure.curl, '', failure.answer, '', failure.document] : [];
      return `<failure message="${text(found[0] ?? '')}">${text([...found, ...details].join('\n'))}</failure>`;
    }
    case 'mended':
      return `<failure message="a known deviation is none any more">${text(reason)}</failure>`;
    case 'known':
      return `<skipped message="${text(`known: ${reason}`)}"/>`;
    case 'skipped':
      return '<skipped message="it writes"/>';
    case 'passed':
      return '';
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no place for control characters, not even escaped ones. */
function text(value: string): string {
  return value
    .replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character)
    .replace(/\p{Cc}/gu, (character) => (/[\t\n\r]/.test(character) ? character : '\u{fffd}'));
}
