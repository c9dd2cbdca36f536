import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** Case ids and why a server is forgiven for each. */
export type KnownDeviations = ReadonlyMap<string, string>;

/**
 * Reads a list of `{case, reason}` in YAML. Throws where an entry has no reason, because a deviation without
 * an explanation is a fault.
 */
export async function readKnownDeviations(file: string): Promise<KnownDeviations> {
  const entries: unknown = parse(await readFile(file, 'utf8')) ?? [];
  if (!Array.isArray(entries)) throw new Error(`${file}: a list of {case, reason} is wanted`);
  return new Map(
    entries.map((entry: unknown, index) => {
      if (!isDeviation(entry)) throw new Error(`${file}: entry ${index + 1} needs a case and a reason`);
      return [entry.case, entry.reason];
    }),
  );
}

function isDeviation(entry: unknown): entry is { readonly case: string; readonly reason: string } {
  return (
    typeof entry === 'object' &&
    entry !== null &&
    'case' in entry &&
    typeof entry.case === 'string' &&
    'reason' in entry &&
    typeof entry.reason === 'string' &&
    entry.reason.trim() !== ''
  );
}
