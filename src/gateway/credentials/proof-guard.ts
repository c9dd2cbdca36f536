import type { Attempt, GuessingBrake } from './guessing-brake.ts';
import type { ProofMemory } from './proof-memory.ts';
import { isRefusal, unauthenticated } from './refusal.ts';

/** Runs proofs of credentials: the same one only once at a time, and ever more slowly for whoever guesses. */
export type ProofGuard<Proved> = (
  attempt: Attempt & { readonly secret: string },
  prove: () => Promise<Proved>,
) => Promise<Proved>;

/**
 * A secret that `recent` proofs know is never slowed down, so that somebody else's guesses cannot shut out a client at work. It is
 * still proved each time. A secret that was `wrong` before is no new guess and counts for nothing: a client with an old password is
 * told so each time. Where it belongs to a name it is not even looked at again, for it cannot have become right.
 */
export function createProofGuard<Proved>({
  brake,
  recent,
  wrong,
}: {
  readonly brake: GuessingBrake;
  readonly recent: ProofMemory;
  readonly wrong: ProofMemory;
}): ProofGuard<Proved> {
  const running = new Map<string, Promise<Proved>>();

  const decide = async (attempt: Attempt, secret: string, prove: () => Promise<Proved>): Promise<Proved> => {
    const trusted = recent.has(secret);
    const repeated = wrong.has(secret);
    if (!trusted) brake.check(attempt);
    if (repeated && attempt.name !== undefined) throw unauthenticated('invalid');
    if (!trusted) brake.begin(attempt);
    try {
      const proved = await prove();
      recent.add(secret);
      if (!trusted) brake.proved(attempt);
      return proved;
    } catch (error) {
      if (!isRefusal(error, 'invalid')) {
        if (!trusted) brake.undecided(attempt);
      } else if (!repeated) {
        wrong.add(secret);
        brake.failed(attempt);
      }
      throw error;
    }
  };

  return ({ secret, ...attempt }, prove) => {
    const { dialect, name = '', address = '' } = attempt;
    const secretName = recent.nameOf(dialect, name, secret);
    const proofName = recent.nameOf(dialect, name, secret, address);
    const already = running.get(proofName);
    if (already) return already;
    const proof = decide(attempt, secretName, prove).finally(() => running.delete(proofName));
    running.set(proofName, proof);
    return proof;
  };
}
