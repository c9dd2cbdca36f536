import type { Clock, RecordStore } from '../../domain/index.ts';
import { unauthenticated } from './refusal.ts';
import { readStoredCredential, type StoredCredential, storedCredentialKey } from './stored-credential.ts';

/** Finds stored credentials for requests. */
export interface StoredCredentialLookup {
  /**
   * By lower-case hex SHA-256. Throws `ProblemError` `unauthenticated` (`expired`) past its time. A revoked credential is gone from every
   * gateway within two seconds.
   */
  find(
    kind: StoredCredential['kind'],
    dialect: string,
    digest: string,
  ): Promise<StoredCredential | undefined>;
}

/** Half of what revocation may take, so that a read begun just before still ends in time. */
const heldForMs = 1000;
const mostHeld = 10_000;

/** `tenants`: credentials of a tenant that the settings no longer name are not honoured. */
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
    // A failure of the store is nobody's answer for a second; whoever awaits `found` sees it.
    found.catch(() => held.delete(digest));
    const [oldest] = held.keys();
    if (held.size > mostHeld && oldest !== undefined) held.delete(oldest);
    return found;
  };

  return {
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
