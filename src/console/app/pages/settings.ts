import { useState } from 'preact/hooks';
import { change, listen } from '../api.ts';
import type { DialectFacts, Job, List } from '../api-types.ts';
import { html } from '../html.ts';
import { Confirm } from '../parts/confirm.ts';
import { JobTable } from '../parts/job-table.ts';
import { Badge, Card, Page, Trouble } from '../parts/page.ts';
import { ReloadSettings } from '../parts/reload-settings.ts';
import { Table } from '../parts/table.ts';
import { itemsOf, useResource } from '../use-resource.ts';
import { mayOperate, type PageProperties } from './page-properties.ts';

/** Shows this gateway's settings, and checks and cleans its store. */
export function Settings({ operator }: PageProperties) {
  const settings = useResource<{
    readonly file?: string;
    readonly revision: string;
    readonly effective: object;
  }>('/settings');
  const dialects = useResource<List<DialectFacts>>('/dialects');
  const jobs = useResource<List<Job>>('/jobs', 3_000);
  const [problem, setProblem] = useState<string>();
  const [isAsked, setAsked] = useState(false);
  const start = async (kind: string, dryRun: boolean, reason?: string) => {
    try {
      const job = await change<Job>('POST', '/jobs', { kind, dryRun, reason });
      jobs.reload();
      const stop = listen(`/jobs/${job.id}/events`, 'job', (changed) => {
        jobs.reload();
        if ((changed as Job).state !== 'running') stop();
      });
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
    }
  };
  return html`<${Page} title="Settings" about=${settings.value?.file ?? ''} />
    <${Trouble} problem=${problem ?? settings.problem} />
    <div class="grid">
      <${Card} title="Dialects" wide>
        <${Table}
          caption="Dialects"
          empty="No dialect is served."
          rows=${itemsOf(dialects)}
          columns=${[
            { heading: 'Dialect', cell: (one: DialectFacts) => html`<strong>${one.name}</strong>` },
            { heading: 'API', cell: (one: DialectFacts) => one.title },
            { heading: 'Profile', cell: (one: DialectFacts) => html`<${Badge}>${one.profile}<//>` },
            { heading: 'Operations', isNumber: true, cell: (one: DialectFacts) => one.operations.length },
            {
              heading: 'Deprecated',
              isNumber: true,
              cell: (one: DialectFacts) => one.operations.filter(({ deprecated }) => deprecated).length,
            },
          ]}
        />
      <//>
      <${Card} title="Store" wide note=${
        mayOperate(operator) &&
        html`<span class="actions"
          ><button onClick=${() => start('fsck', false)}>Check every picture</button
          ><button onClick=${() => start('gc', true)}>Count orphans</button
          ><button onClick=${() => setAsked(true)}>Delete orphans</button></span
        >`
      }>
        <${JobTable} jobs=${itemsOf(jobs)} canOperate=${mayOperate(operator)} empty="No job ran on this gateway since it started." onChange=${jobs.reload} />
      <//>
      <${Card} title="Changes in the file" note=${html`revision <code>${settings.value?.revision ?? ''}</code>`} wide>
        <${ReloadSettings} canOperate=${mayOperate(operator)} onReload=${settings.reload} />
      <//>
      <${Card} title="Effective settings" note="secrets are masked" wide>
        <pre class="code" tabindex="0">${settings.value ? JSON.stringify(settings.value.effective, null, 2) : ''}</pre>
      <//>
    </div>
    ${
      isAsked &&
      html`<${Confirm}
        title="Delete orphans?"
        action="Delete"
        danger
        onClose=${() => setAsked(false)}
        onConfirm=${(reason: string) => start('gc', false, reason)}
      ><p>Files that no record has named for an hour are removed for good. "Count orphans" says how many there are.</p><//>`
    }`;
}
