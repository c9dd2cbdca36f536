import { useEffect, useState } from 'preact/hooks';
import { listen } from '../api.ts';
import type { List, RecentRequest } from '../api-types.ts';
import { formatBytes, formatClock } from '../format.ts';
import { html } from '../html.ts';
import { Badge, Card, Page, Trouble, toneOfStatus } from '../parts/page.ts';
import { Table } from '../parts/table.ts';
import { itemsOf, useResource } from '../use-resource.ts';

const FILTERS = [
  ['id', 'Request or trace id'],
  ['dialect', 'Dialect'],
  ['operation', 'Operation'],
  ['status', 'Status, e.g. 4xx'],
  ['problem', 'Problem'],
  ['credential', 'Credential'],
  ['subject', 'Person (key)'],
] as const;

/** Shows the latest requests, live. */
export function Requests() {
  const [filter, setFilter] = useState<Readonly<Record<string, string>>>({});
  const [live, setLive] = useState(true);
  const [chosen, setChosen] = useState<RecentRequest>();
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '')).toString();
  const resource = useResource<List<RecentRequest>>(`/requests?${query}`);
  const { problem, reload } = resource;
  useEffect(() => {
    if (!live) return undefined;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    // Under load a burst of events leads to one reading.
    const stop = listen('/events', 'request', () => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        reload();
      }, 400);
    });
    return () => {
      stop();
      clearTimeout(waiting);
    };
  }, [live, reload]);
  return html`<${Page}
      title="Requests"
      about="The latest requests of this gateway: no bodies, no queries, no secrets, no personal data."
      actions=${html`<label class="switch"
        ><input type="checkbox" checked=${live} onChange=${() => setLive(!live)} /> Live</label
      >`}
    />
    <form class="filters" onSubmit=${(event: Event) => event.preventDefault()}>
      ${FILTERS.map(
        ([name, label]) =>
          html`<label class="field"
            ><span>${label}</span
            ><input
              value=${filter[name] ?? ''}
              onInput=${(event: Event) => setFilter({ ...filter, [name]: (event.target as HTMLInputElement).value.trim() })}
          /></label>`,
      )}
    </form>
    <${Trouble} problem=${problem} />
    ${chosen && html`<${Detail} request=${chosen} onClose=${() => setChosen(undefined)} />`}
    <${Card}>
      <${Table}
        caption="Recent requests"
        empty="No request matches."
        rows=${itemsOf(resource)}
        onChoose=${setChosen}
        columns=${[
          { heading: 'Time', cell: (row: RecentRequest) => formatClock(row.endedAtMs) },
          {
            heading: 'Request',
            cell: (row: RecentRequest) =>
              html`<button class="link" onClick=${() => setChosen(row)}><code>${row.method} ${row.route ?? '(no route)'}</code></button>`,
          },
          { heading: 'Dialect', cell: (row: RecentRequest) => row.dialect ?? '–' },
          {
            heading: 'Status',
            cell: (row: RecentRequest) => html`<${Badge} tone=${toneOfStatus(row.status)}>${row.status}<//>`,
          },
          { heading: 'Problem', cell: (row: RecentRequest) => row.problem ?? '' },
          { heading: 'Credential', cell: (row: RecentRequest) => row.credentialId ?? '–' },
          { heading: 'Client', cell: (row: RecentRequest) => row.client ?? '–' },
          { heading: 'Duration', isNumber: true, cell: (row: RecentRequest) => `${row.durationMs} ms` },
        ]}
      />
    <//>`;
}

function Detail({ request, onClose }: { readonly request: RecentRequest; readonly onClose: () => void }) {
  const facts: readonly (readonly [string, unknown])[] = [
    ['Request id', html`<code>${request.requestId}</code>`],
    ["The client's own id", request.clientRequestId && html`<code>${request.clientRequestId}</code>`],
    ['Trace id', html`<code>${request.traceId}</code>`],
    ['Operation', request.operationId],
    ['Tenant', request.tenant],
    [
      'Person',
      request.subjectKey &&
        html`<a href=${`#people/${request.subjectKey}`}><code>${request.subjectKey}</code></a>`,
    ],
    ['Refused because', request.detail ?? request.problem],
    ['Received', formatBytes(request.receivedBytes)],
  ];
  return html`<${Card} title=${`${request.method} ${request.route ?? ''}`} note=${html`<button class="plain" onClick=${onClose}>Close</button>`}>
    <dl class="facts">
      ${facts
        .filter(([, fact]) => fact !== undefined)
        .map(([name, fact]) => html`<dt>${name}</dt><dd>${fact}</dd>`)}
    </dl>
  <//>`;
}
