import type { Explanation } from '../api-types.ts';
import { html } from '../html.ts';
import { Badge, Card, toneOfStatus } from './page.ts';

/**
 * Shows an explanation: the wire request, the command, the outcome, the wire response, the losses at a backend,
 * and the rule that refused the request.
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
      <${Pane} number=${2} title="Command" content=${command} placeholder="Refused before it became a command." />
      <${Pane} number=${3} title="Outcome" content=${outcome ?? problem} placeholder="There was nothing to carry out." />
      <${Pane} number=${4} title="Wire out" content=${response} />
      ${translation && html`<${Losses} translation=${translation} />`}
    </div>
  </section>`;
}

function Pane({
  number,
  title,
  content,
  placeholder = '',
}: {
  readonly number: number;
  readonly title: string;
  readonly content: unknown;
  readonly placeholder?: string;
}) {
  const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2);
  return html`<${Card} title=${`${number}. ${title}`}>
    ${content === undefined ? html`<p class="empty">${placeholder}</p>` : html`<pre class="code" tabindex="0" aria-label=${title}>${text}</pre>`}
  <//>`;
}

/** Shows the request that the backend would get, and what its dialect cannot express. */
function Losses({ translation }: { readonly translation: NonNullable<Explanation['translation']> }) {
  const { speaks, request, losses, problem } = translation;
  return html`<${Card} title="At the backend" note=${`speaks ${speaks}`} wide>
    ${request && html`<p><code>${request}</code></p>`}
    ${problem && html`<p class="trouble">That dialect cannot express it: <strong>${problem.kind}</strong></p>`}
    ${!problem && losses.length === 0 && html`<p class="muted">Nothing would be lost.</p>`}
    <ul class="reasons">
      ${losses.map(({ field, fate, note }) => html`<li><${Badge} tone=${fate === 'dropped' ? 'bad' : 'warn'}>${fate}<//> <code>${field}</code> <span class="muted">${note}</span></li>`)}
    </ul>
  <//>`;
}
