import type { Clock, RecordStore } from '../../domain/index.ts';
import { onTheWire, sha256Hex } from './secret-digest.ts';
import {
  namedDigest,
  newName,
  newSecret,
  readStoredCredential,
  type StoredCredential,
  storedCredentialId,
  storedCredentialKey,
  storedCredentialPrefix,
} from './stored-credential.ts';

/** What a new credential shall be good for. */
export interface CredentialOrder {
  readonly kind: StoredCredential['kind'];
  readonly tenant: string;
  readonly dialect: string;
  readonly scopes: readonly string[];
  /** The caller's own id in the dialect. */
  readonly subject?: string;
  readonly expiresAtMs?: number;
  /** For `basic`: what the dialect's clients do to the password before they send it. */
  readonly passwordDigest?: 'none' | 'md5-hex';
}

/** A new credential, with the secret that is shown this once. */
export interface MadeCredential {
  readonly id: string;
  readonly credential: StoredCredential;
  readonly secret: string;
}

/** Stored credentials as the operator sees them. */
export interface StoredCredentials {
  create(order: CredentialOrder): Promise<MadeCredential>;
  /** In no particular order. */
  list(): AsyncIterable<{ readonly id: string; readonly credential: StoredCredential }>;
  /** By the id of the listing. `'unknown'`: there is none, or none any more. */
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
  return {
    async create({ passwordDigest = 'none', ...order }) {
      const secret = newSecret();
      const name = order.kind === 'key' ? undefined : newName();
      const digest =
        name === undefined
          ? sha256Hex(secret)
          : namedDigest(name, order.kind === 'basic' ? onTheWire(secret, passwordDigest) : secret);
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

    async *list() {
      for await (const key of records.list(storedCredentialPrefix)) {
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
