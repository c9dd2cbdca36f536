import { useState } from 'preact/hooks';
import { formatCount } from '../format.ts';
import { html } from '../html.ts';
import type { Guard, Migration } from '../migration-types.ts';
import { Confirm } from './confirm.ts';
import { describeRollout } from './migration-rail.ts';

/** Asks for confirmation of a step, and shows its numbers. */
export function MigrationStep({
  direction,
  migration,
  guards,
  failing,
  onStart,
  onClose,
}: {
  readonly direction: 'advance' | 'back';
  readonly migration: Migration;
  readonly guards: number;
  readonly failing: readonly Guard[];
  readonly onStart: (body: object) => Promise<void>;
  readonly onClose: () => void;
}) {
  const [percent, setPercent] = useState('100');
  const isAdvance = direction === 'advance';
  const share = Number(percent);
  const isOverridden = isAdvance && failing.length > 0;
  const confirm = async (reason: string) => {
    if (isOverridden && reason.trim() === '')
      throw new Error('Give a reason, because the conditions do not hold. The reason is kept.');
    if (isAdvance && !(share > 0 && share <= 100)) throw new Error('The share is above 0 and at most 100 %.');
    await onStart({
      reason,
      ...(isAdvance ? { percent: share } : {}),
      ...(isOverridden ? { override: reason } : {}),
    });
  };
  return html`<${Confirm}
    title=${isAdvance ? `Advance ${migration.dialect} to ${migration.up}?` : `Take ${migration.dialect} back to ${migration.down}?`}
    action=${isAdvance ? (isOverridden ? 'Advance anyway' : 'Advance') : 'Go back'}
    danger=${!isAdvance || isOverridden}
    onClose=${onClose}
    onConfirm=${confirm}
  >
    <p>From <strong>${describeRollout(migration.rollout)}</strong>.</p>
    ${
      isAdvance
        ? html`<label class="field"
              ><span>Share of people, in percent</span
              ><input type="number" min="0.01" max="100" step="any" value=${percent} onInput=${(event: Event) => setPercent((event.target as HTMLInputElement).value)} />
            </label>
            <p>${formatCount(guards - failing.length)} of ${formatCount(guards)} conditions hold.</p>
            ${isOverridden && html`<ul class="trouble">${failing.map(({ name, found }) => html`<li><strong>${name}</strong>: ${found}</li>`)}</ul>`}`
        : html`<${ReplayFacts} migration=${migration} />`
    }
  <//>`;
}

/** Describes what a step back does before it has taken effect. */
function ReplayFacts({ migration }: { readonly migration: Migration }) {
  const { pendingReplications, intents, rechecks } = migration.backlog;
  const { stage } = migration.rollout;
  return html`<dl class="facts">
      <dt>People whose newest picture the backend lacks</dt><dd>${formatCount(pendingReplications)}</dd>
      <dt>Writes under way</dt><dd>${formatCount(intents)}</dd>
      <dt>To be rechecked</dt><dd>${formatCount(rechecks)}</dd>
    </dl>
    <p>${
      stage === 'complete'
        ? 'Every write since the migration was complete is first replayed to the backend. The step takes that long.'
        : stage === 'dual-write' || stage === 'switched'
          ? 'All of these are sent to the backend before the step is complete. No acknowledged write is lost.'
          : 'The backend has everything: nothing is replayed.'
    }</p>`;
}
