import { change } from '../api.ts';
import type { Job } from '../api-types.ts';
import { formatAgo, formatCount, formatDuration, formatTime } from '../format.ts';
import { html } from '../html.ts';
import { Badge } from './page.ts';
import { Table } from './table.ts';

/** Shows running and ended jobs with their progress, speed, remaining time and result. */
export function JobTable({
  jobs,
  canOperate,
  empty,
  onChange,
}: {
  readonly jobs: readonly Job[] | undefined;
  readonly canOperate: boolean;
  readonly empty: string;
  readonly onChange: () => void;
}) {
  const cancel = async (job: Job) => {
    await change('DELETE', `/jobs/${job.id}`);
    onChange();
  };
  return html`<${Table}
    caption="Jobs"
    empty=${empty}
    rows=${jobs}
    columns=${[
      {
        heading: 'Job',
        cell: (job: Job) => html`<strong>${job.kind}</strong> <span class="muted">${job.target}</span>`,
      },
      {
        heading: 'Began',
        cell: (job: Job) =>
          html`<time title=${formatTime(job.startedAtMs)}>${formatAgo(job.startedAtMs)}</time> <span class="muted">by ${job.actor}</span>`,
      },
      {
        heading: 'State',
        cell: (job: Job) =>
          html`<${Badge} tone=${{ running: 'quiet', done: 'good', failed: 'bad', cancelled: 'warn' }[job.state]}>${job.state}<//>
            ${job.state === 'running' && canOperate && html` <button class="small" aria-label=${`Cancel ${job.kind}`} onClick=${() => cancel(job)}>Cancel</button>`}`,
      },
      {
        heading: 'Progress',
        cell: (job: Job) =>
          html`<progress max="1" value=${job.progress} aria-label=${`Progress of ${job.kind}`}></progress> <small class="muted">${describeProgress(job)}</small>`,
      },
      { heading: 'Result', cell: (job: Job) => html`<${Result} job=${job} />` },
    ]}
  />`;
}

/** `120 of 2,000 · 14 a second · 2 minutes left`. */
function describeProgress({ state, progress, count, startedAtMs, endedAtMs }: Job): string {
  const seconds = ((endedAtMs ?? Date.now()) - startedAtMs) / 1000;
  const parts = count ? [`${formatCount(count.done)} of ${formatCount(count.of)}`] : [];
  if (count && seconds > 0 && count.done > 0)
    parts.push(`${formatCount(Number((count.done / seconds).toPrecision(2)))} a second`);
  if (state === 'running' && progress > 0.01 && progress < 1)
    parts.push(`${formatDuration((seconds * (1 - progress)) / progress)} left`);
  if (state !== 'running') parts.push(`took ${formatDuration(seconds)}`);
  return parts.join(' · ');
}

function Result({ job }: { readonly job: Job }) {
  if (job.failure !== undefined) return html`<span>${job.failure}</span>`;
  if (typeof job.result !== 'object' || job.result === null) return null;
  const figures = Object.entries(job.result).filter(
    ([name, value]) =>
      ['number', 'boolean', 'string'].includes(typeof value) && !/^atMs$|AtMs$|[sS]ha256$/.test(name),
  );
  return html`<span class="chips">${figures.map(([name, value]) => html`<span class="chip">${splitCamelCase(name)} <b>${typeof value === 'number' ? formatCount(value) : String(value)}</b></span>`)}</span>
    <details><summary>Full result</summary><pre class="code" tabindex="0">${JSON.stringify(job.result, null, 2)}</pre></details>`;
}

/** `resumedAt` → `resumed at`. */
function splitCamelCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
