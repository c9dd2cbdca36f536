import { hash, randomBytes } from 'node:crypto';
import { type Clock, isJsonObject, type Json, type RecordStore, StoreError } from '../domain/index.ts';
import { createArgon2idChecker, hashArgon2id, parseArgon2id } from '../gateway/credentials/argon2id.ts';
import { type AdminRole, isAdminRole } from './admin-role.ts';

/** An operator's token as it is stored, without its secret. */
export type AdminToken = {
  readonly schema: 1;
  readonly label: string;
  readonly role: AdminRole;
  /** argon2id of the secret part. */
  readonly hash: string;
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
};

/** Operators' tokens in the record store. */
export interface AdminTokens {
  /** Returns the token, which is not shown a second time. */
  create(order: {
    readonly label: string;
    readonly role: AdminRole;
    readonly expiresAtMs?: number;
  }): Promise<{ readonly id: string; readonly token: string; readonly stored: AdminToken }>;
  list(): AsyncIterable<{ readonly id: string; readonly stored: AdminToken }>;
  /** The record of a token that is neither revoked nor expired, as the store has it now. */
  find(id: string): Promise<AdminToken | undefined>;
  revoke(id: string): Promise<'revoked' | 'unknown'>;
  /**
   * The token's record, or `undefined` for a bad token. Throws `ProblemError` `overloaded` when too many wait
   * to be checked.
   */
  authenticate(token: string): Promise<{ readonly id: string; readonly stored: AdminToken } | undefined>;
}

const PREFIX = 'admin/tokens/';
const TOKEN = /^pfa_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** Makes, lists, revokes and checks operators' tokens. */
export function createAdminTokens({
  records,
  clock,
}: {
  readonly records: RecordStore;
  readonly clock: Clock;
}): AdminTokens {
  const checker = createArgon2idChecker();
  /** By token: the digest of its secret, once it was right. That secret never waits behind others. */
  const proven = new Map<string, string>();

  async function read(id: string): Promise<AdminToken | undefined> {
    const record = await records.read(PREFIX + id);
    return record && readAdminToken(record.value);
  }

  async function find(id: string): Promise<AdminToken | undefined> {
    const stored = await read(id);
    const isExpired = stored?.expiresAtMs !== undefined && stored.expiresAtMs <= clock.nowMs();
    return isExpired ? undefined : stored;
  }

  return {
    find,
    async create({ label, role, expiresAtMs }) {
      const id = randomBytes(6).toString('hex');
      const secret = randomBytes(32).toString('base64url');
      const stored: AdminToken = {
        schema: 1,
        label,
        role,
        hash: await hashArgon2id(secret),
        createdAtMs: clock.nowMs(),
        ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      };
      const swapped = await records.swap(PREFIX + id, undefined, stored);
      if (swapped === 'conflict') throw new Error('a token of that random id was there already');
      return { id, token: `pfa_${id}_${secret}`, stored };
    },

    async *list() {
      for await (const key of records.list(PREFIX)) {
        const id = key.slice(PREFIX.length);
        const stored = await read(id);
        if (stored) yield { id, stored };
      }
    },

    async revoke(id) {
      if (!/^[0-9a-f]{12}$/.test(id)) return 'unknown';
      for (;;) {
        const record = await records.read(PREFIX + id);
        if (!record) return 'unknown';
        if ((await records.remove(PREFIX + id, record.version)) === 'removed') return 'revoked';
      }
    },

    async authenticate(token) {
      const [, id, secret] = TOKEN.exec(token) ?? [];
      if (id === undefined || secret === undefined) return undefined;
      const stored = await find(id);
      if (!stored) return undefined;
      const digest = hash('sha256', secret);
      const caller = { client: id, trusted: proven.get(id) === digest };
      if (!(await checker.matches(parseArgon2id(stored.hash), secret, caller))) return undefined;
      proven.set(id, digest);
      return { id, stored };
    },
  };
}

function readAdminToken(value: Json): AdminToken {
  if (isAdminToken(value)) return value;
  throw new StoreError('damaged');
}

function isAdminToken(value: Json): value is AdminToken {
  return (
    isJsonObject(value) &&
    value.schema === 1 &&
    typeof value.label === 'string' &&
    isAdminRole(value.role) &&
    typeof value.hash === 'string' &&
    typeof value.createdAtMs === 'number' &&
    (value.expiresAtMs === undefined || typeof value.expiresAtMs === 'number')
  );
}

/** A token as lists show it. Nothing in it helps to guess the secret. */
export interface ShownToken {
  readonly id: string;
  readonly label: string;
  readonly role: AdminRole;
  readonly createdAt: string;
  readonly expiresAt?: string;
}

/** See `ShownToken`. */
export function describeToken(id: string, { label, role, createdAtMs, expiresAtMs }: AdminToken): ShownToken {
  return {
    id,
    label,
    role,
    createdAt: new Date(createdAtMs).toISOString(),
    ...(expiresAtMs === undefined ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }),
  };
}
