import type { CredentialSettings, SecretSettings } from '../../settings/settings.ts';
import { type Argon2idChecker, parseArgon2id } from './argon2id.ts';
import type { Owned } from './credential-book.ts';
import { createProofMemory } from './proof-memory.ts';
import { onTheWire, sameDigest, sha256 } from './secret-digest.ts';

type Named = CredentialSettings & { readonly secret: SecretSettings };

/** Checks secrets that come with a name. */
export interface PasswordCheck {
  /**
   * The first candidate whose secret was presented. `decoy`: an argon2id hash to work on when no candidate has one, so that an unknown
   * name takes as long as a wrong password. Several candidates may be valid at once (rotation).
   */
  find<C extends Named>(
    candidates: readonly Owned<C>[],
    presented: string,
    options: { readonly passwordDigest: 'none' | 'md5-hex'; readonly decoy: string | undefined },
  ): Promise<Owned<C> | undefined>;
}

/** How long a checked password is taken as read: Basic sends it with every request, and argon2id takes 30 ms. */
const provedForMs = 60_000;

/**
 * `plain` is the password itself; `sha256` and `argon2id` are of what goes over the wire (for Capillary the MD5 hex of the password),
 * since the password cannot be had from it.
 */
export function createPasswordCheck({
  argon2id,
  monotonicMs,
}: {
  readonly argon2id: Argon2idChecker;
  readonly monotonicMs: () => number;
}): PasswordCheck {
  const proofs = createProofMemory({ ttlMs: provedForMs, maxEntries: 10_000, monotonicMs });

  const matchesArgon2id = async (stored: string, presented: string): Promise<boolean> => {
    const proof = proofs.nameOf(stored, presented);
    if (proofs.has(proof)) return true;
    const matches = await argon2id.matches(parseArgon2id(stored), presented);
    if (matches) proofs.add(proof);
    return matches;
  };

  return {
    async find(candidates, presented, { passwordDigest, decoy }) {
      for (const candidate of candidates) {
        const { secret } = candidate.credential;
        const matches =
          'argon2id' in secret
            ? await matchesArgon2id(secret.argon2id, presented)
            : sameDigest(expectedDigest(secret, passwordDigest), sha256(presented));
        if (matches) return candidate;
      }
      const worked = candidates.some(({ credential }) => 'argon2id' in credential.secret);
      if (!worked && decoy !== undefined) await argon2id.matches(parseArgon2id(decoy), presented);
      return undefined;
    },
  };
}

function expectedDigest(
  secret: Exclude<SecretSettings, { argon2id: string }>,
  passwordDigest: 'none' | 'md5-hex',
): Buffer {
  return 'plain' in secret
    ? sha256(onTheWire(secret.plain, passwordDigest))
    : Buffer.from(secret.sha256, 'hex');
}
