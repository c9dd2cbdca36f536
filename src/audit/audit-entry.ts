import { createHash } from 'node:crypto';
import { isJsonObject, type Json, StoreError } from '../domain/index.ts';

/** What an operator did, before the log gives it its place. */
export interface AuditEvent {
  /** Who: `token:<id>`, `oidc:<subject>`, `proxy:<user>` or `cli:<system user>`. */
  readonly actor: string;
  /** What, e.g. `keys.create`, `people.erase`, `migration.advance`. */
  readonly action: string;
  /** On whom or what; never a secret. */
  readonly target: string;
  /** Why, in the operator's own words. */
  readonly reason?: string;
  readonly before?: Json;
  readonly after?: Json;
  readonly result: 'done' | 'refused' | 'failed';
}

/** An event in its place in the chain. */
export interface AuditEntry extends AuditEvent {
  readonly schema: 1;
  /** 1 for the first entry; without gaps. */
  readonly sequence: number;
  readonly atMs: number;
  /** `hash` of the entry before; 64 zeros for the first. */
  readonly previous: string;
  /** Lower-case hex SHA-256 over all other members. */
  readonly hash: string;
}

/** What the first entry names as its predecessor. */
export const NO_PREDECESSOR = '0'.repeat(64);

/**
 * The digest that an entry must carry. It covers the members in order of their names, so that it is the same in
 * every store.
 */
export function entryHash(entry: Omit<AuditEntry, 'hash'>): string {
  return createHash('sha256').update(canonicalText(entry)).digest('hex');
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}

/** An entry as it is shown: the instant as text. */
export type ShownEntry = Omit<AuditEntry, 'atMs'> & { readonly at: string };

/** See `ShownEntry`. */
export function describeEntry({ atMs, ...entry }: AuditEntry): ShownEntry {
  return { ...entry, at: new Date(atMs).toISOString() };
}

/** Reads a stored entry without checking its digest. Throws `StoreError` `damaged` where a member is missing. */
export function readAuditEntry(value: Json): AuditEntry {
  if (isAuditEntry(value)) return value;
  throw new StoreError('damaged');
}

function isAuditEntry(value: Json): value is Json & AuditEntry {
  if (!isJsonObject(value)) return false;
  const texts = ['actor', 'action', 'target', 'result', 'previous', 'hash'];
  return (
    value.schema === 1 &&
    typeof value.sequence === 'number' &&
    typeof value.atMs === 'number' &&
    texts.every((name) => typeof value[name] === 'string')
  );
}
