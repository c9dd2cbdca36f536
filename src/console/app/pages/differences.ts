import { useState } from 'preact/hooks';
import type { List, Operator } from '../api-types.ts';
import { formatAgo, formatCount, formatTime } from '../format.ts';
import { html } from '../html.ts';
import type { ComparedPictures, Difference, Migration } from '../migration-types.ts';
import { Badge, Card, Empty, Page, Trouble } from '../parts/page.ts';
import { PicturePair } from '../parts/picture-pair.ts';
import { useResource } from '../use-resource.ts';
import type { PageProperties } from './page-properties.ts';

/** Shows where the two sides differ. */
export function Differences({ operator }: PageProperties) {
  const migrations = useResource<List<Migration>>('/migrations');
  return html`<${Page} title="Differences" about="The newest differences between the backend's responses and ours, without secrets." />
    <${Trouble} problem=${migrations.problem} />
    ${migrations.value?.items.length === 0 && html`<${Empty}>The settings name no backend: nothing is compared.<//>`}
    ${migrations.value?.items.map((migration) => html`<${DifferenceList} key=${`${migration.tenant}/${migration.dialect}`} migration=${migration} operator=${operator} />`)}`;
}

function DifferenceList({
  migration,
  operator,
}: {
  readonly migration: Migration;
  readonly operator: Operator;
}) {
  const { tenant, dialect } = migration;
  const base = `/migrations/${encodeURIComponent(tenant)}/${encodeURIComponent(dialect)}`;
  const { value, problem } = useResource<List<Difference>>(`${base}/differences`, 10_000);
  const [verdict, setVerdict] = useState<string>();
  const [open, setOpen] = useState<string>();
  const all = value?.items ?? [];
  const verdicts = countBy(all.map((one) => one.verdict));
  const shown = all.filter((one) => verdict === undefined || one.verdict === verdict);
  return html`<${Card} title=${dialect} note=${tenant} wide>
    <${Trouble} problem=${problem} />
    <div class="chips" role="group" aria-label="Verdicts">
      ${[...verdicts].map(
        ([word, count]) =>
          html`<button class="chip" aria-pressed=${verdict === word} onClick=${() => setVerdict(verdict === word ? undefined : word)}>${word} <b>${formatCount(count)}</b></button>`,
      )}
    </div>
    ${value && shown.length === 0 && html`<${Empty}>No difference is kept.<//>`}
    <ul class="differences">
      ${shown.map((one) => {
        const id = `${one.atMs}/${one.subjectKey}/${one.operationId}`;
        const isOpen = open === id;
        return html`<li key=${id}>
          <button class="difference-head" aria-expanded=${isOpen} onClick=${() => setOpen(isOpen ? undefined : id)}>
            <${Badge} tone="warn">${one.verdict}<//> <strong>${one.operationId}</strong>
            <code>${one.method} ${one.path}</code>
            <time class="muted" title=${formatTime(one.atMs)}>${formatAgo(one.atMs)}</time>
          </button>
          ${isOpen && html`<${DifferenceDetails} difference=${one} base=${base} operator=${operator} />`}
        </li>`;
      })}
    </ul>
  <//>`;
}

function DifferenceDetails({
  difference,
  base,
  operator,
}: {
  readonly difference: Difference;
  readonly base: string;
  readonly operator: Operator;
}) {
  const { statuses, levels, paths, ignored = [], values, subjectKey } = difference;
  const pictures = useResource<List<ComparedPictures>>(`${base}/people/${subjectKey}/pictures`);
  return html`<div class="difference-body">
    <div class="chips">
      ${Object.entries(levels).map(([level, result]) => html`<${Badge} tone=${result === 'differs' ? 'bad' : 'good'}>${level}: ${result}<//>`)}
      <a href=${`#people/${subjectKey}`}>Open this person</a>
    </div>
    <table class="responses">
      <caption class="unseen">Both responses</caption>
      <thead><tr><th scope="col">Part</th><th scope="col">Backend</th><th scope="col">Here</th></tr></thead>
      <tbody>
        <tr class=${statuses && statuses[0] !== statuses[1] ? 'differs' : ''}>
          <th scope="row">status</th>
          <td>${statuses ? html`<strong>${statuses[0]}</strong>` : 'speaks another dialect'}</td>
          <td>${statuses ? html`<strong>${statuses[1]}</strong>` : ''}</td>
        </tr>
        ${paths.filter((path) => path !== 'status').map((path) => html`<${Part} path=${path} values=${values?.[path]} />`)}
        ${ignored.map((path) => html`<${Part} path=${path} values=${values?.[path]} isIgnored />`)}
      </tbody>
    </table>
    <h3>Pictures, as both sides have them now</h3>
    <${Trouble} problem=${pictures.problem} />
    ${pictures.value?.items.length === 0 && html`<${Empty}>Neither side has a picture of this person.<//>`}
    ${pictures.value?.items.map(
      (pair) =>
        html`<${PicturePair}
          key=${pair.slot}
          pair=${pair}
          base=${`/admin/v1${base}/people/${subjectKey}/pictures/${pair.slot}`}
          isShown=${operator.showPictures && operator.role === 'admin'}
        />`,
    )}
  </div>`;
}

/** One part of both responses. Allowed differences are greyed. */
function Part({
  path,
  values,
  isIgnored = false,
}: {
  readonly path: string;
  readonly values: readonly [theirs: string, ours: string] | undefined;
  readonly isIgnored?: boolean;
}) {
  const [theirs, ours] = values ?? [];
  return html`<tr class=${isIgnored ? 'ignored' : 'differs'}>
    <th scope="row"><code>${path}</code>${isIgnored && html` <small>ignored</small>`}</th>
    ${
      values
        ? html`<td><code>${theirs}</code></td><td><code>${ours}</code></td>`
        : html`<td colspan="2">differs; <code>shadow.keepValues</code> keeps the values</td>`
    }
  </tr>`;
}

function countBy(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
