import type { CredentialSettings, SecretSettings } from '../../settings/settings.ts';
import { type Argon2idChecker, parseArgon2id } from './argon2id.ts';
import type { Owned } from './credential-book.ts';
import type { Caller } from './found-credential.ts';
import { encodeForWire, sameDigest, sha256 } from './secret-digest.ts';
import { createSecretMemory } from './secret-memory.ts';

type Named = CredentialSettings & { readonly secret: SecretSettings };

/** Checks secrets that come with a name. */
export interface PasswordCheck {
  /**
   * Finds the first candidate whose secret was presented. `dummyHash` is an argon2id hash to check when no
   * candidate has one, so that an unknown name takes as long as a wrong password. Several candidates may be
   * valid at once (rotation).
   */
  find<C extends Named>(
    candidates: readonly Owned<C>[],
    presented: string,
    options: {
      readonly passwordDigest: 'none' | 'md5-hex';
      readonly dummyHash: string | undefined;
      /** As the caller spelled it; the name need not exist. */
      readonly name: string;
      readonly caller: Caller;
    },
  ): Promise<Owned<C> | undefined>;
}

/**
 * How long a checked password is trusted without another check. Basic sends it with every request, and
 * argon2id takes 30 ms.
 */
const provedForMs = 60_000;
/** How long a wrong password is refused without another check. */
const refusedForMs = 900_000;

/**
 * `plain` is the password itself. `sha256` and `argon2id` are hashes of what goes over the wire (for
 * Capillary the MD5 hex of the password), because the password cannot be recovered from that.
 */
export function createPasswordCheck({
  argon2id,
  monotonicMs,
}: {
  readonly argon2id: Argon2idChecker;
  readonly monotonicMs: () => number;
}): PasswordCheck {
  const matching = createSecretMemory({ ttlMs: provedForMs, maxEntries: 10_000, monotonicMs });
  const differing = createSecretMemory({ ttlMs: refusedForMs, maxEntries: 20_000, monotonicMs });

  const matchesArgon2id = async (
    stored: string,
    presented: string,
    { name, caller }: { readonly name: string; readonly caller: Caller },
  ): Promise<boolean> => {
    const matched = matching.nameOf(stored, presented);
    if (matching.has(matched)) return true;
    // A password that was wrong for a hash stays wrong. The result is kept by name, so that the time of an
    // answer does not reveal which names exist.
    const differs = differing.nameOf(name, stored, presented);
    if (differing.has(differs)) return false;
    const matches = await argon2id.matches(parseArgon2id(stored), presented, caller);
    if (matches) matching.add(matched);
    else differing.add(differs);
    return matches;
  };

  return {
    async find(candidates, presented, { passwordDigest, dummyHash, name, caller }) {
      const ask = { name, caller };
      for (const candidate of candidates) {
        const { secret } = candidate.credential;
        const matches =
          'argon2id' in secret
            ? await matchesArgon2id(secret.argon2id, presented, ask)
            : sameDigest(expectedDigest(secret, passwordDigest), sha256(presented));
        if (matches) return candidate;
      }
      const worked = candidates.some(({ credential }) => 'argon2id' in credential.secret);
      if (!worked && dummyHash !== undefined) await matchesArgon2id(dummyHash, presented, ask);
      return undefined;
    },
  };
}

function expectedDigest(
  secret: Exclude<SecretSettings, { argon2id: string }>,
  passwordDigest: 'none' | 'md5-hex',
): Buffer {
  return 'plain' in secret
    ? sha256(encodeForWire(secret.plain, passwordDigest))
    : Buffer.from(secret.sha256, 'hex');
}
