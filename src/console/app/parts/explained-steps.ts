import type { Explanation } from '../api-types.ts';
import { html } from '../html.ts';
import { Badge, Card, toneOfStatus } from './page.ts';

/**
 * The panes of an explanation: the wire request, the command, the outcome and the wire answer; the losses at
 * a backend, and the rule that refused the request.
 */
export function ExplainedSteps({ explained }: { readonly explained: Explanation }) {
  const { request, report, command, outcome, problem, translation, response } = explained;
  const { status, refusal, dialect, operationId, tenant, credentialId } = report;
  const facts = [
    ['Dialect', dialect],
    ['Operation', operationId],
    ['Tenant', tenant],
    ['Credential', credentialId],
  ].filter(([, fact]) => fact !== undefined);
  return html`<section aria-label="Explanation" role="status">
    <p class="chips">
      <${Badge} tone=${toneOfStatus(status)}>${status}<//>
      ${facts.map(([name, fact]) => html`<span class="chip">${name} <b>${fact}</b></span>`)}
    </p>
    ${problem && html`<p class="trouble"><strong>Refused: ${problem.kind}</strong>${refusal && refusal !== problem.kind && html`<br /><code>${refusal}</code>`}</p>`}
    <div class="grid panes">
      <${Pane} number=${1} title="Wire in" content=${request} />
      <${Pane} number=${2} title="Command" content=${command} otherwise="Refused before it became a command." />
      <${Pane} number=${3} title="Outcome" content=${outcome ?? problem} otherwise="There was nothing to carry out." />
      <${Pane} number=${4} title="Wire out" content=${response} />
      ${translation && html`<${Losses} translation=${translation} />`}
    </div>
  </section>`;
}

function Pane({
  number,
  title,
  content,
  otherwise = '',
}: {
  readonly number: number;
  readonly title: string;
  readonly content: unknown;
  readonly otherwise?: string;
}) {
  const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2);
  return html`<${Card} title=${`${number}. ${title}`}>
    ${content === undefined ? html`<p class="empty">${otherwise}</p>` : html`<pre class="code" tabindex="0" aria-label=${title}>${text}</pre>`}
  <//>`;
}

/** What the backend would be sent, and what could not be said in its dialect. */
function Losses({ translation }: { readonly translation: NonNullable<Explanation['translation']> }) {
  const { speaks, request, losses, problem } = translation;
  return html`<${Card} title="At the backend" note=${`speaks ${speaks}`} wide>
    ${request && html`<p><code>${request}</code></p>`}
    ${problem && html`<p class="trouble">It cannot be said in that dialect: <strong>${problem.kind}</strong></p>`}
    ${!problem && losses.length === 0 && html`<p class="muted">Nothing would be lost.</p>`}
    <ul class="reasons">
      ${losses.map(({ field, fate, note }) => html`<li><${Badge} tone=${fate === 'dropped' ? 'bad' : 'warn'}>${fate}<//> <code>${field}</code> <span class="muted">${note}</span></li>`)}
    </ul>
  <//>`;
}
