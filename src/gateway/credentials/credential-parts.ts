import type { Clock, RecordStore } from '../../domain/index.ts';
import type { TenantSettings } from '../../settings/settings.ts';
import { createArgon2idChecker } from './argon2id.ts';
import { type ClientCheck, createClientCheck } from './client-check.ts';
import { type CredentialBook, createCredentialBook } from './credential-book.ts';
import type { CredentialLog } from './credential-log.ts';
import { createIssuedTokens, type IssuedTokens, type SigningKey } from './issued-token.ts';
import { createLoginThrottle, forgottenAfterMs, type LoginThrottle } from './login-throttle.ts';
import { createPasswordCheck, type PasswordCheck } from './password-check.ts';
import { createSecretMemory, type SecretMemory } from './secret-memory.ts';
import { createStoredCredentialLookup, type StoredCredentialLookup } from './stored-credential-lookup.ts';

/** The inputs for checking credentials. */
export interface CredentialInputs {
  readonly tenants: readonly TenantSettings[];
  readonly records: RecordStore;
  /** Decides what has expired. */
  readonly clock: Clock;
  /** For issued tokens; the same in every process. The first signs, all verify. */
  readonly signingKeys: readonly SigningKey[];
  readonly log: CredentialLog;
  /**
   * Milliseconds of a clock that always runs, for waits and short-lived memories. It is not `clock`, which a
   * sandbox may stop. Default: the process's own.
   */
  readonly monotonicMs?: () => number;
}

/** The parts that authentication and the token endpoint share. */
export interface CredentialParts {
  readonly book: CredentialBook;
  readonly stored: StoredCredentialLookup;
  readonly passwords: PasswordCheck;
  readonly clients: ClientCheck;
  readonly tokens: IssuedTokens;
  readonly throttle: LoginThrottle;
  /** Secrets that were right lately. */
  readonly recent: SecretMemory;
  /** Secrets that were wrong lately. */
  readonly wrong: SecretMemory;
}

/** For this long, a secret that was right does not wait because of the guesses of other clients. */
const recentForMs = 600_000;

/** Throws a plain `Error` for settings that cannot work. */
export function createCredentialParts({
  tenants,
  records,
  clock,
  signingKeys,
  log,
  monotonicMs = () => performance.now(),
}: CredentialInputs): CredentialParts {
  const book = createCredentialBook(tenants);
  const stored = createStoredCredentialLookup({ records, tenants: book.tenants, clock, monotonicMs });
  const passwords = createPasswordCheck({ argon2id: createArgon2idChecker(), monotonicMs });
  return {
    book,
    stored,
    passwords,
    clients: createClientCheck({ book, passwords, stored }),
    tokens: createIssuedTokens({ signingKeys, clock }),
    throttle: createLoginThrottle({
      monotonicMs,
      slowed: ({ dialect, address }, by) =>
        log.warn({ dialect, address, by }, 'many wrong credentials: further attempts have to wait'),
    }),
    recent: createSecretMemory({ ttlMs: recentForMs, maxEntries: 10_000, monotonicMs }),
    wrong: createSecretMemory({ ttlMs: forgottenAfterMs, maxEntries: 20_000, monotonicMs }),
  };
}
