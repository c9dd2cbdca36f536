import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { ErrorObject, Options } from 'ajv';
import type { JsonObject } from '../domain/index.ts';
import { digestOf, preparedFile } from './prepared.ts';

const SHARED = { useDefaults: true, strict: false, validateSchema: false } as const satisfies Options;

/** What the build compiles checks with: they fill in defaults and say yes or no. */
export const VERDICT_OPTIONS = { ...SHARED, messages: false } as const satisfies Options;

/** By the digest of the schema and of {@link VERDICT_OPTIONS}; what the file `VERDICTS_FILE` exports by default. */
export type Verdicts = Readonly<Record<string, (value: unknown) => boolean>>;

/** One file for all: they are small, and reading a module takes longer than evaluating it. */
export const VERDICTS_FILE = 'verdicts.js';

/** What a schema's verdict is found by. */
export function verdictKey(schema: JsonObject): string {
  return digestOf(JSON.stringify({ schema, options: VERDICT_OPTIONS }));
}

/**
 * Fills in a value's defaults and finds every fault of it. A value that the prepared check agrees to has none; only for others, and for schemas that
 * the build did not know, the compiler is loaded, which takes longer than all the rest of a start.
 */
export async function schemaFaults(schema: JsonObject, value: unknown): Promise<readonly ErrorObject[]> {
  const holds = await preparedVerdict(schema);
  if (holds?.(value)) return [];
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const check = new Ajv2020({ ...SHARED, allErrors: true, verbose: true }).compile(schema);
  return check(value) ? [] : (check.errors ?? []);
}

async function preparedVerdict(schema: JsonObject): Promise<Verdicts[string] | undefined> {
  const file = preparedFile(VERDICTS_FILE);
  if (!existsSync(file)) return undefined;
  const { default: verdicts }: { default: Verdicts } = await import(pathToFileURL(file).href);
  return verdicts[verdictKey(schema)];
}
