import { networkOf } from '../limits/window-key.ts';
import type { Attempt, LoginThrottle } from './login-throttle.ts';
import type { Caller } from './presented.ts';
import type { ProofMemory } from './proof-memory.ts';
import { isRefusal } from './refusal.ts';

/**
 * Checks credentials. The same check runs only once at a time, and checks for a client that guesses become
 * slower and slower.
 */
export type ProofGuard<Proved> = (
  attempt: Attempt & { readonly secret: string },
  prove: (caller: Caller) => Promise<Proved>,
) => Promise<Proved>;

/**
 * A password waits before it is checked. A key or a signed token has no name and cannot be guessed. So it is
 * checked first and only failures wait, and the guesses of one client behind a proxy never lock another one
 * out. The same holds for a secret that is among the `recent` proofs. A secret that was `wrong` before is not
 * a new guess and is not counted again, because a client with an old password presents it each time.
 */
export function createProofGuard<Proved>({
  throttle,
  recent,
  wrong,
}: {
  readonly throttle: LoginThrottle;
  readonly recent: ProofMemory;
  readonly wrong: ProofMemory;
}): ProofGuard<Proved> {
  const running = new Map<string, Promise<Proved>>();

  const decide = async (
    attempt: Attempt,
    secret: string,
    prove: (caller: Caller) => Promise<Proved>,
  ): Promise<Proved> => {
    const { name, address } = attempt;
    const trusted = recent.has(secret);
    const isRepeated = wrong.has(secret);
    const waitsFirst = name !== undefined && !trusted;
    const isCounted = waitsFirst && !isRepeated;
    if (waitsFirst) throttle.check(attempt);
    if (isCounted) throttle.begin(attempt);
    try {
      const client = address === undefined ? `name ${name ?? ''}` : networkOf(address);
      const proved = await prove({ client, trusted });
      recent.add(secret);
      if (waitsFirst) throttle.proved(attempt);
      return proved;
    } catch (error) {
      if (!isRefusal(error, 'invalid')) {
        if (isCounted) throttle.undecided(attempt);
        throw error;
      }
      if (name === undefined) throttle.check(attempt);
      if (!isRepeated) {
        wrong.add(secret);
        throttle.failed(attempt);
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
