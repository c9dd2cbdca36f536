import type { Clock, Dialect, Json, JsonObject, RecordStore } from '../../domain/index.ts';
import { unknownScope } from '../check-against-dialects.ts';
import { keyKindFor } from './key-kind.ts';
import { sha256Hex } from './secret-digest.ts';
import { createStoredCredentials, type ImportedKey } from './stored-credentials.ts';

/** A row of a file of keys, or why it cannot be read; `row`: the line where it begins. */
export type KeyRow = { readonly row: number } & (
  | { readonly values: JsonObject }
  | { readonly fault: string }
);

/** Shorter secrets can be guessed from their digest, so they belong in the settings, with argon2id. */
export const LEAST_SECRET_LENGTH = 16;

/** The results of the rows. */
export interface KeysImportReport {
  readonly imported: number;
  /** The store had the same key already. */
  readonly unchanged: number;
  readonly rejected: number;
  /** The first 100; never a secret. */
  readonly faults: readonly { readonly row: number; readonly fault: string }[];
}

/** What the rows are checked against, and the defaults for columns that a file lacks. */
export interface KeysImportPlan {
  readonly dialects: ReadonlyMap<string, Dialect>;
  readonly tenants: ReadonlySet<string>;
  readonly dialect?: string | undefined;
  readonly tenant?: string | undefined;
  readonly dryRun: boolean;
}

/**
 * Imports keys and tokens that clients have already. Only their SHA-256 is stored. Each row succeeds or fails
 * on its own.
 */
export async function importKeys(
  rows: AsyncIterable<KeyRow> | Iterable<KeyRow>,
  plan: KeysImportPlan,
  { records, clock }: { readonly records: RecordStore; readonly clock: Clock },
): Promise<KeysImportReport> {
  const stored = createStoredCredentials({ records, clock });
  const faults: { row: number; fault: string }[] = [];
  const counts = { imported: 0, unchanged: 0, rejected: 0 };
  for await (const one of rows) {
    const parsed = 'fault' in one ? one : parseKey(one.values, plan);
    if ('fault' in parsed) {
      counts.rejected += 1;
      if (faults.length < 100) faults.push({ row: one.row, fault: parsed.fault });
    } else if (plan.dryRun) counts.imported += 1;
    else counts[await stored.adopt(parsed.key)] += 1;
  }
  return { ...counts, faults };
}

/** The fault of a row, as text to follow its number. */
interface RowFault {
  readonly fault: string;
}

function parseKey(values: JsonObject, plan: KeysImportPlan): { readonly key: ImportedKey } | RowFault {
  const unknown = Object.keys(values).find((name) => !COLUMNS.has(name));
  if (unknown !== undefined)
    return { fault: `has a column ${unknown}; known are ${[...COLUMNS].join(', ')}` };
  const { dialect = plan.dialect, tenant = plan.tenant, subject, label } = values;
  const loaded = typeof dialect === 'string' ? plan.dialects.get(dialect) : undefined;
  if (!loaded) return { fault: 'names no dialect of the settings' };
  if (typeof tenant !== 'string' || !plan.tenants.has(tenant))
    return { fault: 'names no tenant of the settings' };
  if (!takesKeys(loaded)) return { fault: `${loaded.name} takes no keys or tokens` };
  const read = readDigest(values);
  if ('fault' in read) return read;
  const scopes = scopesOf(values.scopes);
  const scopeFault = scopes.map((scope) => unknownScope(loaded, scope)).find((one) => one !== undefined);
  if (scopeFault !== undefined) return { fault: scopeFault };
  const expiresAtMs = instantOf(values.expires);
  if (Number.isNaN(expiresAtMs)) return { fault: 'expires is neither a date nor seconds since 1970' };
  if (!isText(subject) || !isText(label)) return { fault: 'subject and label must be texts' };
  const key = {
    digest: read.digest,
    tenant,
    dialect: loaded.name,
    scopes,
    ...(subject === undefined ? {} : { subject }),
    ...(label === undefined ? {} : { label }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
  return { key };
}

const COLUMNS = new Set(['dialect', 'tenant', 'secret', 'sha256', 'subject', 'scopes', 'label', 'expires']);

/** The SHA-256 of the secret, in lower-case hexadecimal digits. */
function readDigest({ secret, sha256 }: JsonObject): { readonly digest: string } | RowFault {
  if ((secret === undefined) === (sha256 === undefined))
    return { fault: 'needs either a secret or its sha256' };
  if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256)) return { digest: sha256.toLowerCase() };
  if (sha256 !== undefined) return { fault: 'sha256 must be 64 hexadecimal digits' };
  if (typeof secret !== 'string' || secret.length < LEAST_SECRET_LENGTH)
    return {
      fault: `the secret is shorter than ${LEAST_SECRET_LENGTH} characters: put it into the settings with polyface keys hash`,
    };
  return { digest: sha256Hex(secret) };
}

function takesKeys({ credentials }: Dialect): boolean {
  try {
    keyKindFor(credentials, 'key');
    return true;
  } catch {
    return false;
  }
}

function scopesOf(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? value.split(/[\s,]+/).filter((scope) => scope !== '') : [];
}

/** Epoch milliseconds of a date or of seconds; `NaN` where it is neither. */
function instantOf(value: Json | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number') return value * 1000;
  if (typeof value !== 'string') return Number.NaN;
  return /^\d{1,12}$/.test(value) ? Number(value) * 1000 : Date.parse(value);
}

function isText(value: Json | undefined): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
