import { formatAgo } from '../format.ts';
import { html } from '../html.ts';
import type { Migration, Rollout } from '../migration-types.ts';

/** Shows the stages of a migration, and for the present one the people that it covers and its beginning. */
export function Rail({ migration }: { readonly migration: Migration }) {
  const { stages, rollout, history } = migration;
  const at = stages.indexOf(rollout.stage);
  const since = history[0]?.atMs;
  return html`<ol class="rail" aria-label="Stages">
    ${stages.map(
      (stage, index) =>
        html`<li class=${index < at ? 'past' : index === at ? 'here' : ''} aria-current=${index === at ? 'step' : undefined}>
          <i></i><span>${stage}</span>
          ${index === at && html`<small>${describeRamp(rollout)}${since === undefined ? '' : `, ${formatAgo(since)}`}</small>`}
        </li>`,
    )}
  </ol>`;
}

/** `dual-write (25 %)`. */
export function describeRollout(rollout: Rollout): string {
  const ramp = describeRamp(rollout);
  return ramp === 'everybody' ? rollout.stage : `${rollout.stage} (${ramp})`;
}

/** The people that a stage covers. */
function describeRamp({ ramp }: Rollout): string {
  if (ramp.kind === 'percent') return ramp.percent === 100 ? 'everybody' : `${ramp.percent} %`;
  return 'a list of people';
}
