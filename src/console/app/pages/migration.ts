import { useEffect, useState } from 'preact/hooks';
import { change } from '../api.ts';
import type { Job, List } from '../api-types.ts';
import { formatAgo } from '../format.ts';
import { html } from '../html.ts';
import type { Guard, Migration as MigrationFacts, Plan, Warning } from '../migration-types.ts';
import { JobTable } from '../parts/job-table.ts';
import { Backlog, History, Parity } from '../parts/migration-facts.ts';
import { describeRollout, Rail } from '../parts/migration-rail.ts';
import { MigrationStep } from '../parts/migration-step.ts';
import { Card, Empty, Page, Trouble } from '../parts/page.ts';
import { itemsOf, useResource } from '../use-resource.ts';
import { mayOperate, type PageProperties } from './page-properties.ts';

/** Shows the stages of each migration and the conditions of its next step, and takes that step. */
export function Migration({ operator }: PageProperties) {
  const { value, problem, reload } = useResource<List<MigrationFacts>>('/migrations', 4_000);
  return html`<${Page} title="Migration" about="Each backend moves stage by stage, and back. A step is taken only when its evidence holds." />
    <${Trouble} problem=${problem} />
    ${value?.items.length === 0 && html`<${Empty}>The settings name no backend: nothing is being migrated.<//>`}
    ${value?.items.map(
      (migration) =>
        html`<${MigrationCard} key=${`${migration.tenant}/${migration.dialect}`} migration=${migration} canOperate=${mayOperate(operator)} onChange=${reload} />`,
    )}`;
}

function MigrationCard({
  migration,
  canOperate,
  onChange,
}: {
  readonly migration: MigrationFacts;
  readonly canOperate: boolean;
  readonly onChange: () => void;
}) {
  const { tenant, dialect, change: underWay } = migration;
  const base = `/migrations/${encodeURIComponent(tenant)}/${encodeURIComponent(dialect)}`;
  const plan = useResource<Plan>(`${base}/plan`, 10_000);
  const jobs = useResource<List<Job>>('/jobs', 2_000);
  const [asked, setAsked] = useState<'advance' | 'back'>();
  const [problem, setProblem] = useState<string>();
  const guards = plan.value?.guards ?? [];
  const failing = guards.filter(({ holds }) => !holds);
  const ownJobs = itemsOf(jobs)?.filter(({ target }) => target === `${tenant}/${dialect}`);
  const ended = ownJobs?.filter(({ state }) => state !== 'running').length;
  // A job that has just ended is evidence for the next step.
  useEffect(() => plan.reload(), [ended]);
  const reloadAll = () => {
    onChange();
    plan.reload();
    jobs.reload();
  };
  const start = async (kind: string, more: object = {}) => {
    try {
      await change<Job>('POST', '/jobs', { kind, tenant, dialect, ...more });
      setProblem(undefined);
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
    }
    reloadAll();
  };
  return html`<section class="track" aria-label=${`${dialect} of ${tenant}`}>
    <div class="card-head"><h2>${dialect} <span class="muted">${tenant}</span></h2></div>
    <${Rail} migration=${migration} />
    ${underWay && html`<p class="notice" role="status">Moving to <strong>${describeRollout(underWay.to)}</strong>, phase ${underWay.phase}, since ${formatAgo(underWay.startedAtMs)}.</p>`}
    <${Trouble} problem=${problem ?? plan.problem} />
    <div class="grid">
      <${Card}
        title=${migration.up ? `Next: ${migration.up}` : 'The last stage'}
        note=${
          canOperate &&
          html`<span class="actions">
            ${migration.down && html`<button disabled=${underWay !== undefined} onClick=${() => setAsked('back')}>Back to ${migration.down}</button>`}
            ${migration.up && html`<button class="primary" disabled=${underWay !== undefined} onClick=${() => setAsked('advance')}>Advance</button>`}
          </span>`
        }
      >
        <${Guards} guards=${guards} checkedAt=${plan.value?.checkedAt} isLast=${migration.up === undefined} />
        <${Warnings} warnings=${plan.value?.warnings ?? []} />
      <//>
      <${Card} title="Backlog"><${Backlog} migration=${migration} /><//>
      <${Card} title="Parity" note=${html`<a href="#differences">Differences</a>`}><${Parity} migration=${migration} /><//>
      <${Card} title="History"><${History} migration=${migration} /><//>
      <${Card} title="Jobs" wide note=${
        canOperate &&
        html`<span class="actions">
          <button onClick=${() => start('backfill')}>Backfill everybody</button>
          <button onClick=${() => start('verify')}>Verify everybody</button>
        </span>`
      }>
        <${JobTable} jobs=${ownJobs} canOperate=${canOperate} empty="No job of this migration ran on this gateway since it started." onChange=${reloadAll} />
      <//>
    </div>
    ${
      asked &&
      html`<${MigrationStep}
        direction=${asked}
        migration=${migration}
        failing=${failing}
        guards=${guards.length}
        onClose=${() => setAsked(undefined)}
        onStart=${async (body: object) => {
          await change<Job>('POST', `${base}/${asked}`, body, migration.revision);
          reloadAll();
        }}
      />`
    }
  </section>`;
}

function Guards({
  guards,
  checkedAt,
  isLast,
}: {
  readonly guards: readonly Guard[];
  readonly checkedAt: string | undefined;
  readonly isLast: boolean;
}) {
  if (guards.length === 0)
    return html`<${Empty}>${isLast ? 'The backend is not needed any more.' : 'The next step has no conditions.'}<//>`;
  return html`<ul class="guards">
      ${guards.map(
        ({ name, holds, found, next }) =>
          html`<li class=${holds ? 'holds' : 'fails'}>
            <span class="mark" role="img" aria-label=${holds ? 'holds' : 'does not hold'}>${holds ? '✓' : '✗'}</span>
            <div><strong>${name}</strong><br /><span class="muted">${found}</span>${!holds && html`<br /><code>${next}</code>`}</div>
          </li>`,
      )}
    </ul>
    ${checkedAt && html`<p class="muted small">Checked <time datetime=${checkedAt}>${formatAgo(checkedAt)}</time>.</p>`}`;
}

/** What the preflight warned of. A warning does not prevent the step. */
function Warnings({ warnings }: { readonly warnings: readonly Warning[] }) {
  if (warnings.length === 0) return null;
  return html`<h3>Warnings of the preflight</h3>
    <ul class="guards">
      ${warnings.map(
        ({ name, found, next }) =>
          html`<li class="warns">
            <span class="mark" role="img" aria-label="warning">!</span>
            <div><strong>${name}</strong><br /><span class="muted">${found}</span>${next && html`<br />${next}`}</div>
          </li>`,
      )}
    </ul>`;
}
