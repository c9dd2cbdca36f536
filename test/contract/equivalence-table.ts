import type { WireProfile } from '../../src/domain/index.ts';
import type { Cause } from './equivalence-causes.ts';
import { COLUMNS, type Column } from './wire-verdicts.ts';

/** A row of the matrix: what each dialect answered to a cause. */
export interface MatrixRow {
  readonly cause: Cause;
  readonly cells: Readonly<Partial<Record<Column, string>>>;
}

/** The page `docs/equivalence.md`. */
export function equivalencePage(tables: Readonly<Record<WireProfile, readonly MatrixRow[]>>): string {
  return [
    '# The same verdict in every dialect',
    '',
    '<!-- Written by test/contract/equivalence.long.ts from what it was answered; POLYFACE_UPDATE=1 writes it anew. -->',
    'Each row is one cause, brought about in every dialect that can have it: by a real request, or, where no client can do that alone',
    '(*), by a planned fault of the sandbox. The gateway saw the same problem in all of them; the cells are what each caller got, status and',
    "code in the vendor's own counting. Every cell is held against the vendor's contract. A dash is a cause that cannot occur there.",
    '',
    '## Profile `documented`',
    '',
    ...table(tables.documented),
    '',
    '## What differs in profile `observed`',
    '',
    ...table(differing(tables)),
    '',
    '## Why a dash',
    '',
    ...tables.documented.flatMap(({ cause }) =>
      Object.entries(cause.never ?? {}).map(([column, why]) => `- ${cause.cause}: \`${column}\` ${why}.`),
    ),
    '',
  ].join('\n');
}

function table(rows: readonly MatrixRow[]): string[] {
  return [
    `| cause | problem | ${COLUMNS.map((column) => `\`${column}\``).join(' | ')} |`,
    `| --- | --- | ${COLUMNS.map(() => '---').join(' | ')} |`,
    ...rows.map(
      ({ cause, cells }) =>
        `| ${cause.cause}${cause.by === 'fault' ? ' *' : ''} | \`${cause.problem}\` | ${COLUMNS.map((column) => cells[column] ?? '–').join(' | ')} |`,
    ),
  ];
}

function differing({
  documented,
  observed,
}: Readonly<Record<WireProfile, readonly MatrixRow[]>>): MatrixRow[] {
  return observed.filter(
    ({ cells }, index) => JSON.stringify(cells) !== JSON.stringify(documented[index]?.cells),
  );
}
