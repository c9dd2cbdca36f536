import { randomBytes } from 'node:crypto';
import { type Json, StoreError } from '../../domain/index.ts';
import { sha256Hex } from './secret-digest.ts';

/**
 * A credential made by `polyface keys create`. The record store keeps it under the SHA-256 of what its bearer
 * presents. The secret itself is not stored.
 */
export type StoredCredential = {
  readonly schema: 1;
  readonly kind: 'key' | 'basic' | 'client';
  readonly tenant: string;
  readonly dialect: string;
  readonly scopes: readonly string[];
  readonly subject?: string;
  /** The owner or the purpose, in the operator's words. */
  readonly label?: string;
  /** User name or client key. */
  readonly name?: string;
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
};

/** The prefix of every stored credential's record. */
export const storedCredentialPrefix = 'credentials/';

/**
 * The record that exists once foreign keys were imported. Such keys have no prefix that tells that they are
 * stored.
 */
export const importedMarkerKey = 'imported-credentials';

/** The record key of a credential; `digest`: lower-case hex SHA-256. */
export function storedCredentialKey(digest: string): string {
  return `${storedCredentialPrefix}${digest}`;
}

/** The short name of a stored credential in listings and logs. */
export function storedCredentialId(digest: string): string {
  return digest.slice(0, 16);
}

/** A new secret of 256 random bits; the prefix lets secret scanners find it. */
export function newSecret(): string {
  return `pf_${randomBytes(32).toString('base64url')}`;
}

/** A new user name or client key. */
export function newName(): string {
  return `pf-${randomBytes(8).toString('hex')}`;
}

/** Whether a presented key can be one of ours. Other keys are not looked up in the store. */
export function looksStored(secret: string): boolean {
  return /^pf_[A-Za-z0-9_-]{43}$/.test(secret);
}

/** Whether a presented user name or client key can be one of ours. */
export function looksStoredName(name: string): boolean {
  return /^pf-[0-9a-f]{16}$/.test(name);
}

/** The digest under which a named secret is stored: of name and secret as they come over the wire. */
export function namedDigest(name: string, wireSecret: string): string {
  return sha256Hex(`${name}:${wireSecret}`);
}

/** Reads a record. Throws `StoreError` `damaged` where it is not a stored credential. */
export function readStoredCredential(value: Json): StoredCredential {
  if (isStoredCredential(value)) return value;
  throw new StoreError('damaged');
}

function isStoredCredential(value: Json): value is StoredCredential {
  if (typeof value !== 'object' || value === null || !('schema' in value)) return false;
  const { schema, kind, tenant, dialect, scopes, subject, name, label, createdAtMs, expiresAtMs } = value;
  return (
    schema === 1 &&
    (kind === 'key' || kind === 'basic' || kind === 'client') &&
    [tenant, dialect].every((member) => typeof member === 'string') &&
    [subject, name, label].every((member) => member === undefined || typeof member === 'string') &&
    Array.isArray(scopes) &&
    scopes.every((scope) => typeof scope === 'string') &&
    typeof createdAtMs === 'number' &&
    (expiresAtMs === undefined || typeof expiresAtMs === 'number')
  );
}
