import type { AuditEntry, List } from '../api-types.ts';
import { formatAgo, formatCount, formatTime } from '../format.ts';
import { html } from '../html.ts';
import type { Migration } from '../migration-types.ts';
import { useResource } from '../use-resource.ts';
import { describeRollout } from './migration-rail.ts';
import { Badge, Empty } from './page.ts';

interface Properties {
  readonly migration: Migration;
}

/**
 * Shows the work that is left before both sides are equal, the people for whom it fails and why, and when each
 * gateway was last heard from.
 */
export function Backlog({ migration }: Properties) {
  const { intents, pendingReplications, rechecks, oldestSinceMs, failing } = migration.backlog;
  return html`<dl class="facts">
      <dt>Writes under way</dt><dd>${formatCount(intents)}</dd>
      <dt>Not yet at the backend</dt><dd>${formatCount(pendingReplications)}</dd>
      <dt>To be rechecked</dt><dd>${formatCount(rechecks)}</dd>
      <dt>Oldest of these</dt><dd>${oldestSinceMs === undefined ? 'nothing waits' : formatAgo(oldestSinceMs)}</dd>
      <dt>Gateways</dt>
      <dd class="chips">
        ${migration.gateways.length === 0 && 'none yet'}
        ${migration.gateways.map(({ gatewayId, heard, secondsAgo }) => html`<${Badge} tone=${heard ? 'good' : 'bad'}>${gatewayId.slice(0, 6)}, ${secondsAgo} s ago<//>`)}
      </dd>
    </dl>
    ${
      failing.length > 0 &&
      html`<h3>Failing</h3>
        <ul class="reasons">
          ${failing.map(({ subjectId, reason }) => html`<li><a href=${`#people/${encodeURIComponent(subjectId)}`}><code>${subjectId}</code></a> ${reason}</li>`)}
        </ul>`
    }`;
}

/** Shows how alike the answers of both sides are. */
export function Parity({ migration }: Properties) {
  const rows = Object.entries(migration.parity.operations);
  const notCompared = Object.entries(migration.parity.notCompared);
  if (rows.length + notCompared.length === 0) return html`<${Empty}>No response was compared yet.<//>`;
  return html`<dl class="facts">
    ${rows.map(
      ([operation, { compared, verdicts }]) =>
        html`<dt>${operation}</dt>
          <dd>${formatCount(compared)} compared <span class="chips">${Object.entries(verdicts).map(([verdict, count]) => html`<span class="chip">${verdict} <b>${formatCount(count)}</b></span>`)}</span></dd>`,
    )}
    ${notCompared.map(([reason, count]) => html`<dt class="muted">${reason}</dt><dd class="muted">${formatCount(count)} not compared</dd>`)}
  </dl>`;
}

/** The longest time between a step and its audit entry. The entry is written when the step has taken effect. */
const NEAR_MS = 10 * 60_000;

/** Lists every step, with the operator and the reason where the audit log has them. */
export function History({ migration }: Properties) {
  const { tenant, dialect, history } = migration;
  const audit = useResource<List<AuditEntry>>('/audit?limit=200', 15_000);
  const steps = (audit.value?.items ?? []).filter(
    ({ action, target, result }) =>
      /^migration\.(advance|back)$/.test(action) && target === `${tenant}/${dialect}` && result === 'done',
  );
  if (history.length === 0) return html`<${Empty}>No step was taken yet.<//>`;
  return html`<ol class="history">
    ${history.map(({ atMs, from, to, override, gateReport }) => {
      const entry = steps.find(({ at }) => Date.parse(at) >= atMs && Date.parse(at) - atMs < NEAR_MS);
      return html`<li>
        <time title=${formatTime(atMs)}>${formatAgo(atMs)}</time> ${describeRollout(from)} → <strong>${describeRollout(to)}</strong>
        ${entry && html`<br /><span class="muted">by ${entry.actor}${entry.reason ? `: ${entry.reason}` : ''}</span>`}
        ${override && html`<br /><${Badge} tone="warn">overridden: ${override}<//>`}
        ${gateReport && html`<br /><span class="muted small">report <code title=${gateReport}>${gateReport.slice(0, 12)}…</code></span>`}
      </li>`;
    })}
  </ol>`;
}
