import type { Json } from '../../domain/index.ts';

/** The path into the person where a column's values go; `undefined` leaves the column out. */
export type ColumnTarget = readonly string[] | undefined;

/** Columns that need no mapping, besides the names of the dialects. */
const PROFILE_COLUMNS = ['firstName', 'lastName', 'email', 'phoneNumber'];

/**
 * What each column of a header means. `mapping` leads from a column to a field (`id`, a dialect, `email`,
 * `identifier.NAME`, …), or to `-` for a column to leave out. Throws for a column without a meaning, because
 * its values would be lost silently.
 */
export function targetsOf(
  header: readonly string[],
  mapping: Readonly<Record<string, string>>,
  dialects: ReadonlySet<string>,
): ColumnTarget[] {
  const known = ['id', ...dialects, ...PROFILE_COLUMNS, 'identifier.NAME'];
  for (const column of Object.keys(mapping)) {
    if (!header.includes(column))
      throw new Error(`the file has no column "${column}" (${header.join(', ')})`);
  }
  const targets = header.map((column): ColumnTarget => {
    const field = mapping[column] ?? column;
    if (field === '-') return undefined;
    if (field === 'id') return ['id'];
    if (dialects.has(field)) return ['aliases', field];
    if (PROFILE_COLUMNS.includes(field)) return ['profile', field];
    const [, name] = /^identifier\.(.+)$/.exec(field) ?? [];
    if (name !== undefined) return ['identifiers', name];
    throw new Error(
      `the column "${column}" means nothing here: map it (--map "${column}=FIELD", FIELD one of ${known.join(', ')}) or leave it out (--map "${column}=-")`,
    );
  });
  const fields = targets.flatMap((target) => (target ? [target.join('.')] : []));
  const twice = fields.find((field, at) => fields.indexOf(field) !== at);
  if (twice) throw new Error(`two columns go to the same field: ${twice}`);
  if (!fields.includes('id')) throw new Error('no column is the id: name one with --map "COLUMN=id"');
  return targets;
}

/** A row as a person, not yet checked. An empty cell is left out. */
export function personOfRow(cells: readonly string[], targets: readonly ColumnTarget[]): Json {
  const person: Record<string, string | Record<string, string>> = {};
  for (const [at, target] of targets.entries()) {
    const cell = cells[at]?.trim();
    if (!target || !cell) continue;
    const [member = '', name] = target;
    if (name === undefined) person[member] = cell;
    else {
      const inner = person[member];
      person[member] = { ...(typeof inner === 'object' ? inner : {}), [name]: cell };
    }
  }
  return person;
}
