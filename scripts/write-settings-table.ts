/* Writes the table of settings into docs/operations.md from the schema; `--check` fails where it differs. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Json, JsonObject } from '../src/domain/index.ts';
import { isJsonObject } from '../src/domain/index.ts';
import { settingsSchema } from '../src/settings/settings-schema.ts';

const file = 'docs/operations.md';
const marks = ['<!-- settings:begin -->', '<!-- settings:end -->'] as const;

function rows(schema: JsonObject, path: string): string[] {
  const nested = isJsonObject(schema.properties) ? Object.entries(schema.properties) : [];
  const items = isJsonObject(schema.items) ? rows(schema.items, `${path}[]`) : [];
  const named = isJsonObject(schema.additionalProperties)
    ? rows(schema.additionalProperties, `${path}.<name>`)
    : [];
  const branches = Array.isArray(schema.allOf)
    ? schema.allOf.flatMap((branch: Json) =>
        isJsonObject(branch) && isJsonObject(branch.then) ? rows(branch.then, path) : [],
      )
    : [];
  const deeper = [
    ...nested.flatMap(([name, value]) =>
      isJsonObject(value) ? rows(value, path === '' ? name : `${path}.${name}`) : [],
    ),
    ...items,
    ...named,
    ...branches,
  ];
  const own = path === '' || Object.keys(schema).length === 0 ? [] : [row(path, schema)];
  return [...new Set(deeper.length > 0 ? deeper : own)];
}

function row(path: string, schema: JsonObject): string {
  const values = Array.isArray(schema.enum)
    ? schema.enum.map(String).join(' \\| ')
    : typeof schema.type === 'string'
      ? schema.type
      : '';
  const fallback = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
  return `| \`${path}\` | ${values} | ${fallback} |`;
}

const table = ['| setting | values | default |', '| --- | --- | --- |', ...rows(settingsSchema, '')].join(
  '\n',
);
const text = await readFile(file, 'utf8');
const [before] = text.split(marks[0]);
const after = text.split(marks[1])[1];
const next = `${before ?? ''}${marks[0]}\n${table}\n${marks[1]}${after ?? ''}`;
if (process.argv.includes('--check') && next !== text) {
  console.error(`${file} does not show the settings as they are: node scripts/write-settings-table.ts`);
  process.exitCode = 1;
} else if (next !== text) {
  await writeFile(file, next);
}
