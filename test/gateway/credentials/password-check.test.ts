import { describe, expect, it } from '@jest/globals';
import { createArgon2idChecker, hashArgon2id } from '../../../src/gateway/credentials/argon2id.ts';
import type { CredentialOf, Owned } from '../../../src/gateway/credentials/credential-book.ts';
import { createPasswordCheck } from '../../../src/gateway/credentials/password-check.ts';
import type { SecretSettings } from '../../../src/settings/settings.ts';
import { aClock, refusalOf } from './support.ts';

function owned(secret: SecretSettings): Owned<CredentialOf<'basic'>> {
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
      matches(stored, password) {
        worked.push(password);
        return real.matches(stored, password);
      },
    },
    monotonicMs: () => clock.nowMs(),
  });
  return { clock, worked, passwords };
}

describe('the check of passwords', () => {
  it('spends the same effort on a name that nobody has as on a wrong password', async () => {
    const { worked, passwords } = aCountedCheck();
    const stored = await hashArgon2id('right');
    const options = { passwordDigest: 'none', decoy: stored } as const;
    await expect(passwords.find([owned({ argon2id: stored })], 'guess', options)).resolves.toBeUndefined();
    await expect(passwords.find([], 'guess', options)).resolves.toBeUndefined();
    await expect(passwords.find([owned({ plain: 'right' })], 'guess', options)).resolves.toBeUndefined();
    expect(worked).toEqual(['guess', 'guess', 'guess']);
  });

  it('never takes the decoy for an answer', async () => {
    const { passwords } = aCountedCheck();
    const decoy = await hashArgon2id('right');
    await expect(passwords.find([], 'right', { passwordDigest: 'none', decoy })).resolves.toBeUndefined();
  });

  it('works the slow hash out once a minute for a password that is right, each time for a wrong one', async () => {
    const { clock, worked, passwords } = aCountedCheck();
    const candidate = owned({ argon2id: await hashArgon2id('right') });
    const ask = (password: string): Promise<unknown> =>
      passwords.find([candidate], password, { passwordDigest: 'none', decoy: undefined });
    await expect(ask('right')).resolves.toBe(candidate);
    await expect(ask('right')).resolves.toBe(candidate);
    expect(worked).toHaveLength(1);
    clock.advance(60_000);
    await expect(ask('right')).resolves.toBe(candidate);
    expect(worked).toHaveLength(2);
    await ask('wrong');
    await ask('wrong');
    expect(worked).toHaveLength(4);
  });

  it('answers overloaded rather than let hundreds of checks wait', async () => {
    const checker = createArgon2idChecker();
    const stored = {
      memoryKiB: 64,
      passes: 1,
      parallelism: 1,
      salt: Buffer.alloc(8),
      hash: Buffer.alloc(32),
    };
    const asked = Array.from({ length: 200 }, (_, index) =>
      refusalOf(checker.matches(stored, `guess ${index}`)),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => answer === 'no refusal').length).toBeGreaterThanOrEqual(64);
    expect(answers).toContainEqual({ kind: 'overloaded', retryAfterSeconds: 1 });
    await expect(checker.matches(stored, 'afterwards')).resolves.toBe(false);
  });
});
