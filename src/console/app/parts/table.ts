import type { ComponentChildren } from 'preact';
import { html } from '../html.ts';
import { Empty } from './page.ts';

/** One column: its heading and its cells. */
export interface Column<T> {
  readonly heading: string;
  readonly cell: (row: T) => ComponentChildren;
  /** Aligns the digits of a column of numbers. */
  readonly isNumber?: boolean;
}

/** Shows rows in columns. On a phone each row becomes a card in which each cell has its heading. */
export function Table<T>({
  columns,
  rows,
  empty,
  caption,
  onChoose,
}: {
  readonly columns: readonly Column<T>[];
  /** `undefined` while they are loading. */
  readonly rows: readonly T[] | undefined;
  readonly empty: string;
  readonly caption: string;
  readonly onChoose?: (row: T) => void;
}) {
  if (!rows) return html`<${Empty}>One moment …<//>`;
  if (rows.length === 0) return html`<${Empty}>${empty}<//>`;
  return html`<div class="table-frame">
    <table class="table">
      <caption class="unseen">${caption}</caption>
      <thead>
        <tr>${columns.map(({ heading, isNumber }) => html`<th scope="col" class=${isNumber ? 'number' : ''}>${heading}</th>`)}</tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr class=${onChoose ? 'choosable' : ''} onClick=${onChoose && (() => onChoose(row))}>
            ${columns.map(
              ({ heading, cell, isNumber }) =>
                html`<td data-heading=${heading} class=${isNumber ? 'number' : ''}><div>${cell(row)}</div></td>`,
            )}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
