import { useState } from 'preact/hooks';
import type { List, UsageRow } from '../api-types.ts';
import { formatAgo, formatCount, formatTime } from '../format.ts';
import { html } from '../html.ts';
import { BrownOuts } from '../parts/brown-out-table.ts';
import { Badge, Card, Page, Trouble } from '../parts/page.ts';
import { Pager } from '../parts/pager.ts';
import { Table } from '../parts/table.ts';
import { itemsOf, useResource } from '../use-resource.ts';

const MONTH_MS = 30 * 86_400_000;

/** Shows who still calls which operation. */
export function Usage() {
  const [onlyDeprecated, setOnlyDeprecated] = useState(false);
  const [offset, setOffset] = useState<number | string>(0);
  const resource = useResource<List<UsageRow>>(
    `/usage?offset=${offset}${onlyDeprecated ? '&deprecated=true' : ''}`,
    10_000,
  );
  const { value, problem } = resource;
  const filter = () => {
    setOnlyDeprecated(!onlyDeprecated);
    setOffset(0);
  };
  return html`<${Page}
      title="Usage"
      about="Who calls which operation, summed over all gateways and restarts. Deprecated operations come first."
      actions=${html`<label class="switch"
        ><input type="checkbox" checked=${onlyDeprecated} onChange=${filter} /> Only
        deprecated</label
      >`}
    />
    <${Trouble} problem=${problem} />
    <${BrownOuts} />
    <${Card}>
      <${Table}
        caption="Usage"
        empty="Nobody has called an operation yet."
        rows=${itemsOf(resource)}
        columns=${[
          {
            heading: 'Operation',
            cell: (row: UsageRow) =>
              html`<strong>${row.operation}</strong> <span class="muted">${row.dialect}</span> ${row.deprecated && html`<${Badge} tone="warn">deprecated<//>`}`,
          },
          { heading: 'Credential', cell: (row: UsageRow) => row.credential || 'anonymous' },
          { heading: 'Tenant', cell: (row: UsageRow) => row.tenant || '–' },
          { heading: 'Client', cell: (row: UsageRow) => row.client },
          { heading: 'Calls', isNumber: true, cell: (row: UsageRow) => formatCount(row.calls) },
          { heading: 'Refused', isNumber: true, cell: (row: UsageRow) => formatCount(row.refused) },
          {
            heading: 'Last call',
            cell: (row: UsageRow) =>
              html`<time datetime=${row.lastCallAt} title=${formatTime(row.lastCallAt)}>${formatAgo(row.lastCallAt)}</time> ${Date.now() - Date.parse(row.lastCallAt) > MONTH_MS && html`<${Badge} tone="good">silent for 30 days<//>`}`,
          },
          {
            heading: 'Fields',
            cell: (row: UsageRow) =>
              html`<span class="chips">${Object.entries(row.fields).map(([field, count]) => html`<span class="chip">${field} <b>${formatCount(count)}</b></span>`)}</span>`,
          },
        ]}
      />
      <${Pager} isFirst=${offset === 0} next=${value?.next} onFirst=${() => setOffset(0)} onNext=${setOffset} />
    <//>`;
}
