import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { digestOf, preparedFile } from './prepared.ts';

/** The value of a YAML text: as the build parsed it, else parsed now. Throws what `yaml` throws where it is none. */
export async function parseYaml(text: string): Promise<unknown> {
  const prepared = await readPrepared(preparedFile(`${digestOf(text)}.json`));
  if (prepared !== undefined) return JSON.parse(prepared) as unknown;
  return parse(text) as unknown;
}

async function readPrepared(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (Error.isError(cause) && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}
