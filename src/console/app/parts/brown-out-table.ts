import { formatDuration, formatTime } from '../format.ts';
import { html } from '../html.ts';
import { useResource } from '../use-resource.ts';
import { Badge, Card } from './page.ts';
import { Table } from './table.ts';

interface BrownOut {
  readonly dialect: string;
  readonly operations: readonly string[];
  readonly from: string;
  readonly until: string;
  readonly repeatHours?: number;
  readonly fraction: number;
  readonly problem: string;
}

/**
 * Shows the windows in which calls are refused so that callers notice. Shows nothing where the settings have
 * none.
 */
export function BrownOuts() {
  const { value } = useResource<{ readonly effective: { readonly brownOuts?: readonly BrownOut[] } }>(
    '/settings',
  );
  const brownOuts = value?.effective.brownOuts ?? [];
  if (brownOuts.length === 0) return null;
  return html`<${Card} title="Brown-outs" note="windows in which calls are refused">
    <${Table}
      caption="Brown-outs"
      empty=""
      rows=${brownOuts}
      columns=${[
        {
          heading: 'Operations',
          cell: ({ dialect, operations }: BrownOut) =>
            html`<strong>${operations.length === 0 ? 'all' : operations.join(', ')}</strong> <span class="muted">${dialect}</span>`,
        },
        { heading: 'From', cell: ({ from }: BrownOut) => formatTime(from) },
        { heading: 'Until', cell: ({ until }: BrownOut) => formatTime(until) },
        {
          heading: 'Again',
          cell: ({ repeatHours }: BrownOut) =>
            repeatHours === undefined ? 'no' : `every ${formatDuration(repeatHours * 3_600)}`,
        },
        { heading: 'Share', cell: ({ fraction }: BrownOut) => `${Math.round(fraction * 100)} %` },
        { heading: 'Answer', cell: ({ problem }: BrownOut) => problem },
        {
          heading: '',
          cell: (one: BrownOut) => isOpen(one, Date.now()) && html`<${Badge} tone="warn">open now<//>`,
        },
      ]}
    />
  <//>`;
}

function isOpen({ from, until, repeatHours }: BrownOut, nowMs: number): boolean {
  const sinceMs = nowMs - Date.parse(from);
  if (sinceMs < 0) return false;
  const inTurnMs = repeatHours === undefined ? sinceMs : sinceMs % (repeatHours * 3_600_000);
  return inTurnMs < Date.parse(until) - Date.parse(from);
}
