import type { CredentialSettings, SecretSettings, TenantSettings } from '../../settings/settings.ts';
import { parseArgon2id } from './argon2id.ts';
import { sha256Hex } from './secret-digest.ts';

/** The settings of one kind of credential. */
export type CredentialOf<K extends CredentialSettings['kind']> = Extract<CredentialSettings, { kind: K }>;

/** A credential and the tenant that it belongs to. */
export interface Owned<C extends CredentialSettings = CredentialSettings> {
  readonly tenant: string;
  readonly credential: C;
}

/** The credentials of the settings, ready to be looked up. Always within one dialect. */
export interface CredentialBook {
  readonly tenants: ReadonlySet<string>;
  /** By the lower-case hex SHA-256 of the key. */
  key(dialect: string, digest: string): Owned<CredentialOf<'key'>> | undefined;
  users(dialect: string, username: string): readonly Owned<CredentialOf<'basic'>>[];
  clients(dialect: string, key: string): readonly Owned<CredentialOf<'client'>>[];
  client(dialect: string, tenant: string, id: string): Owned<CredentialOf<'client'>> | undefined;
  sharedSecretJwts(dialect: string): readonly Owned<CredentialOf<'jwt-secret'>>[];
  issuerJwts(dialect: string): readonly Owned<CredentialOf<'jwt-issuer'>>[];
  /**
   * An argon2id hash of one of the dialect's users or clients. Checking an unknown name against it takes the
   * same effort.
   */
  costlyHash(dialect: string, kind: 'basic' | 'client'): string | undefined;
}

/**
 * Throws a plain `Error` for credentials that cannot work or that two tenants would share. The message names
 * the credential and never a secret.
 */
export function createCredentialBook(tenants: readonly TenantSettings[]): CredentialBook {
  const all = tenants.flatMap(({ id, credentials }) =>
    credentials.map((credential): Owned => ({ tenant: id, credential })),
  );
  for (const owned of all) refuseUnusable(owned);
  refuseShared(all);
  const keys = new Map(
    ofKind(all, 'key').map((owned) => [
      inDialect(owned.credential.dialect, keyDigest(owned.credential.secret)),
      owned,
    ]),
  );
  const users = groupBy(ofKind(all, 'basic'), ({ credential }) =>
    inDialect(credential.dialect, credential.username),
  );
  const clients = groupBy(ofKind(all, 'client'), ({ credential }) =>
    inDialect(credential.dialect, credential.key),
  );
  const sharedSecretJwts = groupBy(ofKind(all, 'jwt-secret'), ({ credential }) => credential.dialect);
  const issuerJwts = groupBy(ofKind(all, 'jwt-issuer'), ({ credential }) => credential.dialect);
  return {
    tenants: new Set(tenants.map(({ id }) => id)),
    key: (dialect, digest) => keys.get(inDialect(dialect, digest)),
    users: (dialect, username) => users.get(inDialect(dialect, username)) ?? [],
    clients: (dialect, key) => clients.get(inDialect(dialect, key)) ?? [],
    client: (dialect, tenant, id) =>
      ofKind(all, 'client').find(
        (owned) =>
          owned.tenant === tenant && owned.credential.dialect === dialect && owned.credential.id === id,
      ),
    sharedSecretJwts: (dialect) => sharedSecretJwts.get(dialect) ?? [],
    issuerJwts: (dialect) => issuerJwts.get(dialect) ?? [],
    costlyHash: (dialect, kind) =>
      ofKind(all, kind)
        .filter(({ credential }) => credential.dialect === dialect)
        .map(({ credential }) => ('argon2id' in credential.secret ? credential.secret.argon2id : undefined))
        .find((hash) => hash !== undefined),
  };
}

function refuseUnusable(owned: Owned): void {
  const { credential } = owned;
  const secret =
    'secret' in credential && typeof credential.secret === 'object' ? credential.secret : undefined;
  if (secret && 'sha256' in secret && !/^[0-9a-f]{64}$/i.test(secret.sha256)) {
    throw refusal(owned, 'sha256 is 64 hex digits');
  }
  if (secret && 'argon2id' in secret) {
    if (credential.kind === 'key') {
      throw refusal(
        owned,
        'a key is found by its sha256; argon2id is for secrets that have a name beside them',
      );
    }
    try {
      parseArgon2id(secret.argon2id);
    } catch (cause) {
      throw refusal(owned, 'its argon2id hash cannot be read', { cause });
    }
  }
  if (credential.kind === 'jwt-issuer') {
    if (
      credential.algorithms.length === 0 ||
      credential.algorithms.some((name) => /^(HS|none$)/i.test(name))
    ) {
      throw refusal(owned, 'algorithms are asymmetric ones, e.g. RS256, PS256, ES256, EdDSA');
    }
    if (!isSafeToFetch(credential.jwksUri)) {
      throw refusal(owned, 'jwksUri is an https address (http only on the loopback interface)');
    }
  }
}

/** What two tenants must not share, because only the credential tells whose request it is. */
function refuseShared(all: readonly Owned[]): void {
  for (const [index, owned] of all.entries()) {
    for (const earlier of all.slice(0, index)) {
      if (earlier.credential.dialect !== owned.credential.dialect) continue;
      if (earlier.tenant === owned.tenant && earlier.credential.id === owned.credential.id) {
        throw refusal(owned, 'another credential of the tenant and dialect has the same id');
      }
      if (earlier.tenant !== owned.tenant && isSame(earlier.credential, owned.credential)) {
        throw refusal(owned, `it is the same as ${earlier.credential.id} of tenant ${earlier.tenant}`);
      }
    }
  }
}

function isSame(one: CredentialSettings, other: CredentialSettings): boolean {
  if (one.kind === 'key' && other.kind === 'key') return keyDigest(one.secret) === keyDigest(other.secret);
  if (one.kind === 'basic' && other.kind === 'basic') return one.username === other.username;
  if (one.kind === 'client' && other.kind === 'client') return one.key === other.key;
  if (one.kind === 'jwt-secret' && other.kind === 'jwt-secret') {
    return (
      one.secret === other.secret &&
      overlap(one.issuer, other.issuer) &&
      overlap(one.audience, other.audience)
    );
  }
  if (one.kind === 'jwt-issuer' && other.kind === 'jwt-issuer') {
    return one.issuer === other.issuer && one.audience === other.audience;
  }
  return false;
}

function overlap(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}

function keyDigest(secret: SecretSettings): string {
  if ('plain' in secret) return sha256Hex(secret.plain);
  return 'sha256' in secret ? secret.sha256.toLowerCase() : '';
}

function isSafeToFetch(address: string): boolean {
  const url = URL.parse(address);
  if (url?.protocol === 'https:') return true;
  return url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
}

function refusal({ tenant, credential }: Owned, reason: string, options?: ErrorOptions): Error {
  const place = `tenant ${tenant}, credential ${credential.id} (${credential.dialect}, ${credential.kind})`;
  return new Error(`${place}: ${reason}`, options);
}

function ofKind<K extends CredentialSettings['kind']>(
  all: readonly Owned[],
  kind: K,
): readonly Owned<CredentialOf<K>>[] {
  return all.filter((owned): owned is Owned<CredentialOf<K>> => owned.credential.kind === kind);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(items, keyOf);
}

function inDialect(dialect: string, name: string): string {
  return `${dialect}\0${name}`;
}
