import { formatTable } from './print-table.ts';

/**
 * Prints what a command found: names and values for people on a terminal, one line of JSON for programs or
 * with `--json`.
 */
export function printFacts(
  value: object,
  { json = !process.stdout.isTTY }: { readonly json?: boolean | undefined },
): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : formatFacts(value));
}

/**
 * Formats facts as lines, nested facts indented, and lists of facts as tables. Instants are printed as people
 * read them.
 */
export function formatFacts(value: object, indent = ''): string {
  const facts = Object.entries(value).filter(([, fact]) => fact !== undefined);
  const width = Math.max(0, ...facts.map(([name]) => splitCamelCase(name).length));
  return facts
    .map(([name, fact]) => {
      const label = `${indent}${splitCamelCase(name)}`;
      if (isTable(fact))
        return fact.length === 0 ? `${label}: none\n` : `${label}:\n${formatRows(fact, indent)}`;
      if (isPlain(fact)) return `${label.padEnd(indent.length + width)}  ${formatFact(name, fact)}\n`;
      return `${label}:\n${formatFacts(fact, `${indent}  `)}`;
    })
    .join('');
}

function formatRows(rows: readonly object[], indent: string): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const table = formatTable(
    names.map((name) => ({
      heading: splitCamelCase(name),
      value: (row: object) => {
        const fact: unknown = Object.entries(row).find(([key]) => key === name)?.[1];
        return fact === undefined ? '' : isPlain(fact) ? formatFact(name, fact) : JSON.stringify(fact);
      },
    })),
    rows,
  );
  return table.replaceAll(/^(?=.)/gm, `${indent}  `);
}

/** `oldestSinceMs` → `oldest since`. */
function splitCamelCase(name: string): string {
  return name.replace(/Ms$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function isPlain(fact: unknown): fact is string | number | boolean | null | readonly unknown[] {
  return typeof fact !== 'object' || fact === null || Array.isArray(fact);
}

function isTable(fact: unknown): fact is readonly object[] {
  return (
    Array.isArray(fact) && fact.length > 0 && fact.every((row) => typeof row === 'object' && row !== null)
  );
}

function formatFact(name: string, fact: unknown): string {
  if (typeof fact === 'number' && /(^at|At|Since)Ms$/.test(name))
    return new Date(fact).toISOString().slice(0, 19);
  if (Array.isArray(fact)) return fact.length === 0 ? 'none' : fact.map(String).join(', ');
  return String(fact);
}
