import type { Clock, RecordStore } from '../../domain/index.ts';
import { unauthenticated } from './refusal.ts';
import {
  importedMarkerKey,
  readStoredCredential,
  type StoredCredential,
  storedCredentialKey,
} from './stored-credential.ts';

/** Finds stored credentials for requests. */
export interface StoredCredentialLookup {
  /**
   * Finds by lower-case hex SHA-256. Throws `ProblemError` `unauthenticated` (`expired`) for an expired
   * credential. Every gateway refuses a revoked credential within two seconds.
   */
  find(
    kind: StoredCredential['kind'],
    dialect: string,
    digest: string,
  ): Promise<StoredCredential | undefined>;
  /** Whether keys of any shape may be in the store, because some were imported. */
  hasImported(): Promise<boolean>;
}

/**
 * Half of the time that a revocation may take, so that a read that began just before it still ends in time.
 */
const heldForMs = 1000;
const mostHeld = 10_000;

/** `tenants`: credentials of tenants that the settings no longer name are refused. */
export function createStoredCredentialLookup({
  records,
  tenants,
  clock,
  monotonicMs,
}: {
  readonly records: RecordStore;
  readonly tenants: ReadonlySet<string>;
  readonly clock: Clock;
  readonly monotonicMs: () => number;
}): StoredCredentialLookup {
  const held = new Map<
    string,
    { readonly atMs: number; readonly found: Promise<StoredCredential | undefined> }
  >();

  const read = (digest: string): Promise<StoredCredential | undefined> => {
    const known = held.get(digest);
    if (known && monotonicMs() - known.atMs < heldForMs) return known.found;
    const found = records
      .read(storedCredentialKey(digest))
      .then((record) => record && readStoredCredential(record.value));
    held.delete(digest);
    held.set(digest, { atMs: monotonicMs(), found });
    // A failure of the store is not cached. The callers that await `found` get the error.
    found.catch(() => held.delete(digest));
    const [oldest] = held.keys();
    if (held.size > mostHeld && oldest !== undefined) held.delete(oldest);
    return found;
  };

  let marker: { readonly atMs: number; readonly found: Promise<boolean> } | undefined;

  return {
    hasImported() {
      if (marker && monotonicMs() - marker.atMs < heldForMs) return marker.found;
      const found = records.read(importedMarkerKey).then((record) => record !== undefined);
      marker = { atMs: monotonicMs(), found };
      found.catch(() => {
        marker = undefined;
      });
      return found;
    },
    async find(kind, dialect, digest) {
      const credential = await read(digest);
      if (!credential || credential.kind !== kind || credential.dialect !== dialect) return undefined;
      if (!tenants.has(credential.tenant)) return undefined;
      if (credential.expiresAtMs !== undefined && credential.expiresAtMs <= clock.nowMs()) {
        throw unauthenticated('expired');
      }
      return credential;
    },
  };
}
