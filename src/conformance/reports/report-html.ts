import type { CaseResult, ConformanceReport, Verdict } from '../run-conformance.ts';
import { describeFailure } from './describe-failure.ts';

const VERDICTS = {
  failed: 'failed',
  mended: 'known, and passes',
  known: 'known',
  skipped: 'skipped',
  passed: 'passed',
} as const satisfies Record<Verdict, string>;

/**
 * The report as one self-contained page. Failed cases come first, each with its request, its answer and the
 * document's words.
 */
export function reportHtml(report: ConformanceReport): string {
  const { dialect, profile, url, conforms, notes, results } = report;
  const title = `${dialect} (${profile}): ${conforms ? 'conforms' : 'does not conform'}`;
  const order = Object.keys(VERDICTS) as Verdict[];
  const counts = order.flatMap((verdict) => {
    const count = results.filter((result) => result.verdict === verdict).length;
    return count === 0 ? [] : [`<li class="${verdict}">${count} ${VERDICTS[verdict]}</li>`];
  });
  const sorted = order.flatMap((verdict) => results.filter((result) => result.verdict === verdict));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${text(title)}</title>
<style>${STYLE}</style>
<h1>${text(title)}</h1>
<p>${text(url)}</p>
<ul class="counts">${counts.join('')}</ul>
${notes.map((note) => `<p class="note">${text(note)}</p>`).join('\n')}
${sorted.map((result) => caseHtml(report, result)).join('\n')}
</html>
`;
}

function caseHtml(report: ConformanceReport, result: CaseResult): string {
  const { id, title, verdict, findings, reason } = result;
  const failure = findings.length > 0 ? describeFailure(report, result) : undefined;
  const found = findings.map(
    ({ where, expected, got }) =>
      `<tr><td>${text(where)}</td><td>${text(expected)}</td><td>${text(got)}</td></tr>`,
  );
  return [
    `<details class="${verdict}"${verdict === 'failed' ? ' open' : ''}>`,
    `<summary><b>${VERDICTS[verdict]}</b> <code>${text(id)}</code> ${text(title)}</summary>`,
    reason === undefined ? '' : `<p>Known: ${text(reason)}</p>`,
    found.length === 0
      ? ''
      : `<table><tr><th>Where</th><th>Expected</th><th>Got</th></tr>${found.join('')}</table>`,
    failure === undefined
      ? ''
      : `<h2>Sent</h2><pre>${text(failure.curl)}</pre><h2>Came back</h2><pre>${text(failure.answer)}</pre><h2>The document</h2><p>${text(failure.document)}</p>`,
    '</details>',
  ].join('');
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1rem; margin: 1rem 0 .25rem }
.counts { display: flex; flex-wrap: wrap; gap: 1rem; padding: 0; list-style: none }
details { border-left: 4px solid #888; padding: .25rem .75rem; margin: .5rem 0 }
.failed, .mended { border-color: #c62828 } .passed { border-color: #2e7d32 } .known { border-color: #b26a00 }
.counts li { border-left: 4px solid #888; padding-left: .5rem }
.counts .failed, .counts .mended { border-color: #c62828 } .counts .passed { border-color: #2e7d32 }
table { border-collapse: collapse; margin: .5rem 0 } td, th { border: 1px solid #8888; padding: .25rem .5rem; text-align: left; overflow-wrap: anywhere }
pre { overflow-x: auto; border: 1px solid #8888; padding: .5rem; white-space: pre-wrap; overflow-wrap: anywhere }
`;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function text(value: string): string {
  return value.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}
