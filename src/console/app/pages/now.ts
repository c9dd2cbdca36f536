import type { List, Overview, SeenGateway, TrafficMinute } from '../api-types.ts';
import { formatAgo, formatBytes, formatClock, formatCount, formatDuration } from '../format.ts';
import { html } from '../html.ts';
import { type Bar, BarChart } from '../parts/chart.ts';
import { Badge, Card, Empty, Figure, Page, Trouble } from '../parts/page.ts';
import { useResource } from '../use-resource.ts';

const MINUTE_MS = 60_000;

/** Shows the health, traffic and work of this gateway. */
export function Now() {
  const { value, problem } = useResource<Overview>('/overview', 5_000);
  if (!value) return html`<${Page} title="Now" /><${Trouble} problem=${problem} />`;
  const { gateway, store, minutes } = value;
  const nowMs = Date.parse(value.now);
  const quarter = minutes.filter(({ atMs }) => atMs > nowMs - 15 * MINUTE_MS);
  const requests = sum(quarter, (minute) => minute.requests);
  const failed = sum(quarter, (minute) => minute.failed);
  const refused = sum(quarter, ({ problems }) =>
    Object.values(problems).reduce((all, count) => all + count, 0),
  );
  const mean = requests === 0 ? undefined : sum(quarter, ({ durationMs }) => durationMs.sum) / requests;
  return html`<${Page} title="Now" about="What this gateway does at this moment, refreshed every five seconds." />
    <${Trouble} problem=${problem} />
    <div class="figures">
      <${Figure}
        name="Store"
        value=${store.healthy ? 'healthy' : 'away'}
        tone=${store.healthy ? 'good' : 'bad'}
        note=${store.healthy ? `${store.kind}, answers in ${store.answeredInMs} ms` : store.failure}
      />
      <${Figure} name="Requests" value=${formatCount(requests)} note="in 15 minutes" />
      <${Figure} name="Refused" value=${formatCount(refused)} tone=${refused > 0 ? 'warn' : ''} note="in 15 minutes" />
      <${Figure} name="Failed" value=${formatCount(failed)} tone=${failed > 0 ? 'bad' : ''} note="status 500 and above" />
      <${Figure} name="Mean duration" value=${mean === undefined ? '–' : `${Math.round(mean)} ms`} note="in 15 minutes" />
      <${Figure} name="Uploads" value=${gateway.uploadsUnderWay} note="under way" />
      <${Figure}
        name="Workers busy"
        value=${`${gateway.workersBusy} of ${gateway.workers}`}
        tone=${gateway.picturesWaiting > 0 ? 'warn' : ''}
        note=${`${formatCount(gateway.picturesWaiting)} ${gateway.picturesWaiting === 1 ? 'picture waits' : 'pictures wait'}`}
      />
    </div>
    <div class="grid">
      <${Card} title="Requests by dialect" note="15 minutes"><${Traffic} minutes=${quarter} nowMs=${nowMs} span=${15} of="dialects" /><//>
      <${Card} title="Refusals by problem" note="15 minutes"><${Traffic} minutes=${quarter} nowMs=${nowMs} span=${15} of="problems" /><//>
      <${Card} title="Requests by dialect" note="24 hours"><${Traffic} minutes=${minutes} nowMs=${nowMs} span=${24 * 60} of="dialects" /><//>
      <${Card} title="Refusals by problem" note="24 hours"><${Traffic} minutes=${minutes} nowMs=${nowMs} span=${24 * 60} of="problems" /><//>
      <${Card} title="This gateway">
        <dl class="facts">
          <dt>Id</dt><dd><code>${gateway.id}</code></dd>
          <dt>Version</dt><dd>${gateway.version}</dd>
          <dt>Settings</dt><dd>revision <code>${gateway.revision}</code></dd>
          <dt>Running for</dt><dd>${formatDuration(gateway.uptimeSeconds)}</dd>
          <dt>Memory</dt><dd>${formatBytes(gateway.memoryBytes)}</dd>
          <dt>Store</dt><dd>${store.kind} <${Badge} tone=${store.healthy ? 'good' : 'bad'}>${store.healthy ? 'healthy' : 'away'}<//></dd>
        </dl>
      <//>
      <${Gateways} />
    </div>`;
}

/** Lists every gateway on this store. One with other settings than the rest was not reloaded with them. */
function Gateways() {
  const { value } = useResource<List<SeenGateway>>('/gateways', 10_000);
  const all = value?.items ?? [];
  const revisions = new Set(all.filter(({ heard }) => heard).map(({ revision }) => revision));
  return html`<${Card} title="Gateways" note=${revisions.size > 1 && html`<${Badge} tone="warn">different settings<//>`}>
    <ul class="gateways">
      ${all.map(
        ({ id, host, revision, version, startedAt, secondsAgo, heard, isThis }) =>
          html`<li key=${id}>
            <${Badge} tone=${heard ? 'good' : 'bad'}>${heard ? 'heard' : `silent for ${formatDuration(secondsAgo)}`}<//>
            <span><strong>${host}</strong> ${isThis && html`<span class="muted">(this one)</span>`}<br />
              <span class="muted"><code>${id.slice(0, 8)}</code> ${version}, started ${formatAgo(startedAt)}, settings <code>${revision}</code></span></span>
          </li>`,
      )}
    </ul>
  <//>`;
}

const BARS = { 15: 15, 1440: 48 } as const;

function Traffic({
  minutes,
  nowMs,
  span,
  of,
}: {
  readonly minutes: readonly TrafficMinute[];
  readonly nowMs: number;
  readonly span: 15 | 1440;
  readonly of: 'dialects' | 'problems';
}) {
  const totals = new Map<string, number>();
  for (const minute of minutes)
    for (const [name, count] of Object.entries(minute[of])) totals.set(name, (totals.get(name) ?? 0) + count);
  const names = [...totals].sort(([, a], [, b]) => b - a).map(([name]) => name);
  if (names.length === 0)
    return html`<${Empty}>${of === 'problems' ? 'Nothing was refused.' : 'No request yet.'}<//>`;
  const barCount = BARS[span];
  const barMs = (span * MINUTE_MS) / barCount;
  const bars: Bar[] = Array.from({ length: barCount }, (_, index) => {
    const within = minutes.filter(({ atMs }) => barCount - 1 - Math.floor((nowMs - atMs) / barMs) === index);
    return {
      label: formatClock(nowMs - (barCount - index) * barMs).slice(0, 5),
      parts: names.map((name) => ({ name, count: sum(within, (minute) => minute[of][name] ?? 0) })),
    };
  });
  return html`<${BarChart} bars=${bars} names=${names} title=${`${of} over ${span} minutes`} />`;
}

function sum(minutes: readonly TrafficMinute[], figure: (minute: TrafficMinute) => number): number {
  return minutes.reduce((all, minute) => all + figure(minute), 0);
}
