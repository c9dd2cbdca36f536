import { useState } from 'preact/hooks';
import { ApiProblem, change, read } from '../api.ts';
import type { Reload, SettingsChange } from '../api-types.ts';
import { html } from '../html.ts';
import { Confirm } from './confirm.ts';
import { Badge, Empty, Trouble } from './page.ts';
import { Table } from './table.ts';

/** Shows what the settings file would change, and applies those changes. */
export function ReloadSettings({
  canOperate,
  onReload,
}: {
  readonly canOperate: boolean;
  readonly onReload: () => void;
}) {
  const [report, setReport] = useState<Reload>();
  const [problem, setProblem] = useState<string>();
  const [faults, setFaults] = useState<readonly string[]>([]);
  const [asked, setAsked] = useState(false);
  const showFailure = (cause: unknown) => {
    setReport(undefined);
    setProblem(cause instanceof Error ? cause.message : String(cause));
    setFaults(
      cause instanceof ApiProblem && Array.isArray(cause.members.faults)
        ? cause.members.faults.map(String)
        : [],
    );
  };
  const compare = async () => {
    setProblem(undefined);
    setFaults([]);
    try {
      setReport(await read<Reload>('/settings/difference'));
    } catch (cause) {
      showFailure(cause);
    }
  };
  return html`<p class="actions">
      <button onClick=${compare}>Compare with the file</button>
      ${canOperate && report?.outcome === 'would-apply' && html`<button class="primary" onClick=${() => setAsked(true)}>Bring into effect</button>`}
    </p>
    <${Trouble} problem=${problem} />
    ${faults.length > 0 && html`<ul class="reasons">${faults.map((fault) => html`<li><code>${fault}</code></li>`)}</ul>`}
    ${report && report.needsRestart.length > 0 && html`<p class="notice">Only a restart brings these into effect: <strong>${report.needsRestart.join(', ')}</strong>. Until then a reload is refused.</p>`}
    ${report?.outcome === 'applied' && html`<p class="notice good" role="status">In effect, revision <code>${report.revision}</code>.</p>`}
    ${report && report.changes.length === 0 && html`<${Empty}>The file matches the settings in effect.<//>`}
    ${
      report &&
      report.changes.length > 0 &&
      html`<${Table}
        caption="Changed settings"
        empty=""
        rows=${report.changes}
        columns=${[
          { heading: 'Setting', cell: ({ setting }: SettingsChange) => html`<code>${setting}</code>` },
          {
            heading: 'Change',
            cell: ({ kind }: SettingsChange) =>
              html`<${Badge} tone=${{ added: 'good', removed: 'bad', changed: 'warn' }[kind]}>${kind}<//>`,
          },
          {
            heading: 'Before',
            cell: ({ before }: SettingsChange) => html`<code>${formatValue(before)}</code>`,
          },
          { heading: 'After', cell: ({ after }: SettingsChange) => html`<code>${formatValue(after)}</code>` },
        ]}
      />`
    }
    ${
      asked &&
      html`<${Confirm}
        title="Bring the changed settings into effect?"
        action="Reload"
        onClose=${() => setAsked(false)}
        onConfirm=${async (reason: string) => {
          setReport(await change<Reload>('POST', '/settings/reload', { reason }));
          onReload();
        }}
      >
        <p>${report?.changes.length} settings change on this gateway; requests under way keep the settings with which they began.</p>
      <//>`
    }`;
}

function formatValue(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
