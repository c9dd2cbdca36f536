import { isDeepStrictEqual } from 'node:util';
import type { Clock, RecordStore } from '../../domain/index.ts';
import { encodeForWire, sha256Hex } from './secret-digest.ts';
import {
  importedMarkerKey,
  namedDigest,
  newName,
  newSecret,
  readStoredCredential,
  type StoredCredential,
  storedCredentialId,
  storedCredentialKey,
  storedCredentialPrefix,
} from './stored-credential.ts';

/** What a new credential allows, and for whom. */
export interface CredentialOrder {
  readonly kind: StoredCredential['kind'];
  readonly tenant: string;
  readonly dialect: string;
  readonly scopes: readonly string[];
  /** The owner or the purpose, in the operator's words. */
  readonly label?: string;
  /** The caller's own id in the dialect. */
  readonly subject?: string;
  readonly expiresAtMs?: number;
  /** For `basic`: what the dialect's clients do to the password before they send it. */
  readonly passwordDigest?: 'none' | 'md5-hex';
}

/** A new credential with its secret, which is not shown a second time. */
export interface MadeCredential {
  readonly id: string;
  readonly credential: StoredCredential;
  readonly secret: string;
}

/** A key or token that a client has already. Only the digest of its secret is known. */
export interface ImportedKey extends Omit<CredentialOrder, 'kind' | 'passwordDigest'> {
  /** Lower-case hex SHA-256 of what the client presents. */
  readonly digest: string;
}

/** Stored credentials as the operator sees them. */
export interface StoredCredentials {
  /** Imports a key. Replaces an entry with the same digest where it differs. */
  adopt(key: ImportedKey): Promise<'imported' | 'unchanged'>;
  create(order: CredentialOrder): Promise<MadeCredential>;
  /** In a stable order, starting after the id `after`. */
  list(options?: {
    readonly after?: string;
  }): AsyncIterable<{ readonly id: string; readonly credential: StoredCredential }>;
  /** Revokes by the id in the list. `'unknown'`: there is no such credential, or it was revoked before. */
  revoke(id: string): Promise<'revoked' | 'unknown'>;
}

/** Makes, lists and revokes credentials in the store that all gateways share. */
export function createStoredCredentials({
  records,
  clock,
}: {
  readonly records: RecordStore;
  readonly clock: Clock;
}): StoredCredentials {
  let isMarked = false;

  /** Tells every gateway that keys of any shape may be in the store. */
  async function markImported(): Promise<void> {
    if (!isMarked) await records.swap(importedMarkerKey, undefined, { schema: 1 });
    isMarked = true;
  }

  return {
    async adopt({ digest, ...order }) {
      await markImported();
      const key = storedCredentialKey(digest);
      for (;;) {
        const before = await records.read(key);
        const known = before && readStoredCredential(before.value);
        const createdAtMs = known?.createdAtMs ?? clock.nowMs();
        const credential: StoredCredential = { schema: 1, kind: 'key', ...order, createdAtMs };
        if (isDeepStrictEqual(known, credential)) return 'unchanged';
        if ((await records.swap(key, before?.version, credential)) !== 'conflict') return 'imported';
      }
    },

    async create({ passwordDigest = 'none', ...order }) {
      const secret = newSecret();
      const name = order.kind === 'key' ? undefined : newName();
      const digest =
        name === undefined
          ? sha256Hex(secret)
          : namedDigest(name, order.kind === 'basic' ? encodeForWire(secret, passwordDigest) : secret);
      const credential: StoredCredential = {
        schema: 1,
        ...order,
        ...(name === undefined ? {} : { name }),
        createdAtMs: clock.nowMs(),
      };
      const swapped = await records.swap(storedCredentialKey(digest), undefined, credential);
      if (swapped === 'conflict') throw new Error('a credential of 256 random bits was there already');
      return { id: storedCredentialId(digest), credential, secret };
    },

    async *list({ after } = {}) {
      // An id is the beginning of a digest. `g` sorts after every hexadecimal digit, so the list begins after
      // all digests with this beginning.
      const options = after === undefined ? undefined : { after: storedCredentialKey(`${after}g`) };
      for await (const key of records.list(storedCredentialPrefix, options)) {
        const record = await records.read(key);
        if (!record) continue;
        const id = storedCredentialId(key.slice(storedCredentialPrefix.length));
        yield { id, credential: readStoredCredential(record.value) };
      }
    },

    async revoke(id) {
      if (!/^[0-9a-f]{16}$/.test(id)) return 'unknown';
      for await (const key of records.list(storedCredentialKey(id))) {
        for (let record = await records.read(key); record; record = await records.read(key)) {
          if ((await records.remove(key, record.version)) === 'removed') return 'revoked';
        }
      }
      return 'unknown';
    },
  };
}
