import { networkOf } from '../limits/window-key.ts';
import type { Caller } from './found-credential.ts';
import type { Attempt, LoginThrottle } from './login-throttle.ts';
import { isRefusal } from './refusal.ts';
import type { SecretMemory } from './secret-memory.ts';

/**
 * Checks credentials. The same check runs only once at a time, and checks for a client that guesses become
 * slower and slower.
 */
export type AttemptGuard<Authenticated> = (
  attempt: Attempt & { readonly secret: string },
  authenticate: (caller: Caller) => Promise<Authenticated>,
) => Promise<Authenticated>;

/**
 * A password waits before it is checked. A key or a signed token has no name and cannot be guessed. So it is
 * checked first and only failures wait. The guesses of one client behind a proxy never lock out another one. The
 * same holds for a secret that is among the `recent` ones. A secret that was `wrong` before is not a new guess
 * and is not counted again, because a client with an old password presents it each time.
 */
export function createAttemptGuard<Authenticated>({
  throttle,
  recent,
  wrong,
}: {
  readonly throttle: LoginThrottle;
  readonly recent: SecretMemory;
  readonly wrong: SecretMemory;
}): AttemptGuard<Authenticated> {
  const running = new Map<string, Promise<Authenticated>>();

  const decide = async (
    attempt: Attempt,
    secret: string,
    authenticate: (caller: Caller) => Promise<Authenticated>,
  ): Promise<Authenticated> => {
    const { name, address } = attempt;
    const trusted = recent.has(secret);
    const isRepeated = wrong.has(secret);
    const waitsFirst = name !== undefined && !trusted;
    const isCounted = waitsFirst && !isRepeated;
    if (waitsFirst) throttle.check(attempt);
    if (isCounted) throttle.begin(attempt);
    try {
      const client = address === undefined ? `name ${name ?? ''}` : networkOf(address);
      const authenticated = await authenticate({ client, trusted });
      recent.add(secret);
      if (waitsFirst) throttle.succeeded(attempt);
      return authenticated;
    } catch (error) {
      if (!isRefusal(error, 'invalid')) {
        if (isCounted) throttle.cancelled(attempt);
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

  return ({ secret, ...attempt }, authenticate) => {
    const { dialect, name = '', address = '' } = attempt;
    const secretName = recent.nameOf(dialect, name, secret);
    const attemptName = recent.nameOf(dialect, name, secret, address);
    const already = running.get(attemptName);
    if (already) return already;
    const check = decide(attempt, secretName, authenticate).finally(() => running.delete(attemptName));
    running.set(attemptName, check);
    return check;
  };
}
