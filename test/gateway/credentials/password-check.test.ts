import { describe, expect, it } from '@jest/globals';
import { createArgon2idChecker, hashArgon2id } from '../../../src/gateway/credentials/argon2id.ts';
import type { CredentialOf, Owned } from '../../../src/gateway/credentials/credential-book.ts';
import { createPasswordCheck } from '../../../src/gateway/credentials/password-check.ts';
import type { SecretSettings } from '../../../src/settings/settings.ts';
import { aClock, refusalOf } from './support.ts';

function ownedCredential(secret: SecretSettings): Owned<CredentialOf<'basic'>> {
  return {
    tenant: 'demo',
    credential: { kind: 'basic', id: 'till', dialect: 'd', scopes: [], username: 'u', secret },
  };
}

/** The real checks, and how often the slow hash was worked out. */
function aCountedCheck() {
  const clock = aClock();
  const real = createArgon2idChecker();
  const worked: string[] = [];
  const passwords = createPasswordCheck({
    argon2id: {
      matches(stored, password, caller) {
        worked.push(password);
        return real.matches(stored, password, caller);
      },
    },
    monotonicMs: () => clock.nowMs(),
  });
  return { clock, worked, passwords };
}

const caller = { client: '192.0.2.1', trusted: false };

describe('the check of passwords', () => {
  it('the check of passwords spends the same effort on an unknown name as on a wrong password', async () => {
    const { worked, passwords } = aCountedCheck();
    const stored = await hashArgon2id('right');
    const ask = (name: string, ...candidates: Owned<CredentialOf<'basic'>>[]) =>
      passwords.find(candidates, 'guess', { passwordDigest: 'none', dummyHash: stored, name, caller });
    await expect(ask('u', ownedCredential({ argon2id: stored }))).resolves.toBeUndefined();
    await expect(ask('nobody')).resolves.toBeUndefined();
    await expect(ask('v', ownedCredential({ plain: 'right' }))).resolves.toBeUndefined();
    expect(worked).toEqual(['guess', 'guess', 'guess']);
  });

  it('the check of passwords never accepts the password of the dummy hash', async () => {
    const { passwords } = aCountedCheck();
    const dummyHash = await hashArgon2id('right');
    await expect(
      passwords.find([], 'right', { passwordDigest: 'none', dummyHash, name: 'u', caller }),
    ).resolves.toBeUndefined();
  });

  it('the check of passwords works the slow hash out once a minute for a password that is right, and once a quarter for a wrong one', async () => {
    const { clock, worked, passwords } = aCountedCheck();
    const candidate = ownedCredential({ argon2id: await hashArgon2id('right') });
    const ask = (password: string): Promise<unknown> =>
      passwords.find([candidate], password, {
        passwordDigest: 'none',
        dummyHash: undefined,
        name: 'u',
        caller,
      });
    await expect(ask('right')).resolves.toBe(candidate);
    await expect(ask('right')).resolves.toBe(candidate);
    expect(worked).toHaveLength(1);
    clock.advance(60_000);
    await expect(ask('right')).resolves.toBe(candidate);
    expect(worked).toHaveLength(2);
    await ask('wrong');
    await ask('wrong');
    expect(worked).toHaveLength(3);
    clock.advance(900_000);
    await ask('wrong');
    expect(worked).toHaveLength(4);
  });

  it('the check of passwords answers overloaded rather than let hundreds of checks wait', async () => {
    const checker = createArgon2idChecker();
    const stored = {
      memoryKiB: 64,
      passes: 1,
      parallelism: 1,
      salt: Buffer.alloc(8),
      hash: Buffer.alloc(32),
    };
    const asked = Array.from({ length: 400 }, (_, index) =>
      refusalOf(
        checker.matches(stored, `guess ${index}`, { client: `client ${index % 100}`, trusted: false }),
      ),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => answer === 'no refusal').length).toBeGreaterThanOrEqual(256);
    expect(answers).toContainEqual({ kind: 'overloaded', retryAfterSeconds: 1 });
    await expect(checker.matches(stored, 'afterwards', caller)).resolves.toBe(false);
  });

  it('the check of passwords serves other clients and those that were right lately while one client fills its places', async () => {
    const checker = createArgon2idChecker();
    const stored = {
      memoryKiB: 64,
      passes: 1,
      parallelism: 1,
      salt: Buffer.alloc(8),
      hash: Buffer.alloc(32),
    };
    const done: string[] = [];
    const guesses = Array.from({ length: 200 }, async (_, index) => {
      const refusal = await refusalOf(checker.matches(stored, `guess ${index}`, caller));
      if (refusal === 'no refusal') done.push('guess');
      return refusal;
    });
    const others = [
      checker.matches(stored, 'right', { client: '198.51.100.7', trusted: false }),
      checker.matches(stored, 'right', { ...caller, trusted: true }),
    ].map((check) => check.then(() => done.push('rightful')));
    await Promise.all([...guesses, ...others]);
    expect(done.filter((who) => who === 'rightful')).toHaveLength(2);
    // One guess was at work already when they came.
    expect(done.indexOf('rightful')).toBeLessThanOrEqual(2);
    expect(done.lastIndexOf('rightful')).toBeLessThanOrEqual(3);
    expect(done.filter((who) => who === 'guess').length).toBeLessThan(200);
  });
});
