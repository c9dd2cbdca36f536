import type { Settings } from '../../settings/settings.ts';
import { unknownScope } from '../check-against-dialects.ts';
import type { LoadedDialect } from '../dialect-registry.ts';
import { keyKindFor } from './key-kind.ts';
import type { StoredCredential } from './stored-credential.ts';
import type { CredentialOrder } from './stored-credentials.ts';

/** The key that an operator asks for. */
export interface KeyOrder {
  readonly tenant: string;
  readonly dialect: string;
  readonly scopes: readonly string[];
  /** `key`, `basic` or `client`; absent: the first that the dialect takes. */
  readonly kind?: string;
  readonly label?: string;
  readonly subject?: string;
  readonly expiresInDays?: number;
}

const DAY_MS = 86_400_000;
const LABEL = /^[\p{L}\p{N}\p{P}\p{S} ]{1,60}$/u;

/**
 * The credential to create, if settings and dialect allow it. Otherwise throws a plain `Error` that says what
 * they do not allow.
 */
export function planKey(
  {
    settings,
    dialects,
  }: {
    readonly settings: Pick<Settings, 'tenants'>;
    readonly dialects: readonly LoadedDialect[];
  },
  { tenant, dialect, scopes, kind: wanted, label, subject, expiresInDays }: KeyOrder,
  nowMs: number,
): CredentialOrder {
  if (!settings.tenants.some(({ id }) => id === tenant))
    throw new Error(`the settings name no tenant ${tenant}`);
  const loaded = dialects.find((one) => one.dialect.name === dialect);
  if (!loaded) throw new Error(`the settings name no dialect ${dialect}`);
  for (const scope of scopes) {
    const told = unknownScope(loaded.dialect, scope);
    if (told !== undefined) throw new Error(`scope: ${told}`);
  }
  if (label !== undefined && !LABEL.test(label))
    throw new Error('a label is one line of at most 60 characters');
  return {
    ...keyKindFor(loaded.dialect.credentials, wanted),
    tenant,
    dialect,
    scopes,
    ...(label === undefined ? {} : { label }),
    ...(subject === undefined ? {} : { subject }),
    ...(expiresInDays === undefined ? {} : { expiresAtMs: nowMs + expiresInDays * DAY_MS }),
  };
}

/** A credential as it is shown: instants as text, and nothing that helps to guess the secret. */
export interface ShownKey {
  readonly id: string;
  readonly label?: string;
  readonly kind: string;
  readonly tenant: string;
  readonly dialect: string;
  readonly scopes: readonly string[];
  readonly subject?: string;
  readonly name?: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
}

/** See `ShownKey`. */
export function describeKey(id: string, credential: StoredCredential): ShownKey {
  const { kind, tenant, dialect, scopes, subject, name, label, createdAtMs, expiresAtMs } = credential;
  return {
    id,
    ...(label === undefined ? {} : { label }),
    kind,
    tenant,
    dialect,
    scopes,
    ...(subject === undefined ? {} : { subject }),
    ...(name === undefined ? {} : { name }),
    createdAt: new Date(createdAtMs).toISOString(),
    ...(expiresAtMs === undefined ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }),
  };
}
