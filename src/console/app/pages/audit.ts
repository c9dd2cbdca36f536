import { useState } from 'preact/hooks';
import type { AuditEntry, List } from '../api-types.ts';
import { formatTime } from '../format.ts';
import { html } from '../html.ts';
import { Badge, Card, Page, Trouble } from '../parts/page.ts';
import { Table } from '../parts/table.ts';
import { itemsOf, useResource } from '../use-resource.ts';

type Verdict =
  | { readonly intact: true; readonly entries: number }
  | { readonly intact: false; readonly sequence: number; readonly why: string };

const TONES: Readonly<Record<string, string>> = { done: 'good', refused: 'warn', failed: 'bad' };

/** Shows who did what. */
export function Audit() {
  const [before, setBefore] = useState<number | string>();
  const resource = useResource<List<AuditEntry>>(`/audit${before === undefined ? '' : `?before=${before}`}`);
  const { value, problem } = resource;
  const verdict = useResource<Verdict>('/audit/verify');
  return html`<${Page}
      title="Audit"
      about="Each entry carries the digest of the one before it: a changed or missing entry breaks the chain."
      actions=${verdict.value && html`<${Badge} tone=${verdict.value.intact ? 'good' : 'bad'}>${describeVerdict(verdict.value)}<//>`}
    />
    <${Trouble} problem=${problem ?? verdict.problem} />
    <${Card}>
      <${Table}
        caption="Audit log"
        empty="Nothing was done yet."
        rows=${itemsOf(resource)}
        columns=${[
          { heading: '#', isNumber: true, cell: (entry: AuditEntry) => entry.sequence },
          { heading: 'When', cell: (entry: AuditEntry) => formatTime(entry.at) },
          { heading: 'Who', cell: (entry: AuditEntry) => entry.actor },
          { heading: 'What', cell: (entry: AuditEntry) => html`<strong>${entry.action}</strong>` },
          { heading: 'On', cell: (entry: AuditEntry) => html`<code>${entry.target}</code>` },
          {
            heading: 'Result',
            cell: (entry: AuditEntry) =>
              html`<${Badge} tone=${TONES[entry.result] ?? 'quiet'}>${entry.result}<//>`,
          },
          { heading: 'Why', cell: (entry: AuditEntry) => entry.reason ?? '' },
        ]}
      />
      <div class="pager">
        ${before !== undefined && html`<button onClick=${() => setBefore(undefined)}>Newest</button>`}
        ${value?.next !== undefined && html`<button onClick=${() => setBefore(value.next)}>Older</button>`}
      </div>
    <//>`;
}

function describeVerdict(verdict: Verdict): string {
  return verdict.intact
    ? `chain intact, ${verdict.entries} ${verdict.entries === 1 ? 'entry' : 'entries'}`
    : `chain broken at ${verdict.sequence}: ${verdict.why}`;
}
