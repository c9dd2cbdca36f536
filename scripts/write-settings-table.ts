/* Writes the table of settings into docs/operations.md from the schema; `--check` fails where it differs. */
import { readFile, writeFile } from 'node:fs/promises';
import { isJsonObject, type Json, type JsonObject } from '../src/domain/index.ts';
import { settingsSchema } from '../src/settings/settings.ts';

const file = 'docs/operations.md';
const marks = ['<!-- settings:begin -->', '<!-- settings:end -->'] as const;

function rows(schema: JsonObject, path: string): string[] {
  const below = [
    ...entriesOf(schema.properties).flatMap(([name, value]) =>
      rows(value, path === '' ? name : `${path}.${name}`),
    ),
    ...(isJsonObject(schema.items) ? rows(schema.items, `${path}[]`) : []),
    ...(isJsonObject(schema.additionalProperties) ? rows(schema.additionalProperties, `${path}.<name>`) : []),
    // `kind` has its row already.
    ...branchesOf(schema.oneOf).flatMap((branch) => rows(branch, path)),
  ];
  if (Array.isArray(schema.kinds)) return [row(`${path}.kind`, { ...schema, enum: schema.kinds }), ...below];
  const isGroup = isJsonObject(schema.properties) || schema.const !== undefined || below.length > 0;
  return isGroup ? below : [row(path, schema)];
}

function row(path: string, schema: JsonObject): string {
  const { description } = schema;
  if (typeof description !== 'string' || description === '') throw new Error(`${path} has no description`);
  const values = Array.isArray(schema.enum)
    ? schema.enum.map(String).join(' \\| ')
    : typeof schema.type === 'string'
      ? schema.type
      : '';
  const fallback = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
  return `| \`${path}\` | ${values} | ${fallback} | ${description} |`;
}

function entriesOf(properties: Json | undefined): [string, JsonObject][] {
  return isJsonObject(properties)
    ? Object.entries(properties).flatMap(([name, value]) => (isJsonObject(value) ? [[name, value]] : []))
    : [];
}

function branchesOf(branches: Json | undefined): JsonObject[] {
  return Array.isArray(branches) ? branches.filter(isJsonObject) : [];
}

const schema: Json = JSON.parse(JSON.stringify(settingsSchema));
const table = [
  '| setting | values | default | what it does |',
  '| --- | --- | --- | --- |',
  ...new Set(isJsonObject(schema) ? rows(schema, '') : []),
].join('\n');
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
