import { describe, expect, it } from '@jest/globals';
import { hashArgon2id } from '../../../src/gateway/credentials/argon2id.ts';
import { aDialect, aGateway, aHead, aTenant, basic, invalid, missing, refusalOf } from './support.ts';

const plain = aDialect('plain', { kind: 'basic', passwordDigest: 'none' });
const keyed = aDialect('keyed', { kind: 'header-key', header: 'x-api-key' });
const tenant = aTenant('demo', [
  { kind: 'basic', id: 'till', dialect: 'plain', scopes: [], username: 'till', secret: { plain: 'right' } },
  { kind: 'key', id: 'key', dialect: 'keyed', scopes: [], secret: { plain: 'right-key' } },
  {
    kind: 'client',
    id: 'app',
    dialect: 'plain',
    scopes: [],
    key: 'app',
    secret: { plain: 'right' },
    ttlSeconds: 9,
  },
]);

function aTarget() {
  const gateway = aGateway([tenant]);
  return {
    ...gateway,
    login: (password: string, address?: string, name = 'till') =>
      refusalOf(
        gateway.authenticator.authenticate(plain, aHead({ authorization: basic(name, password) }), address),
      ),
    key: (key: string, address: string) =>
      refusalOf(gateway.authenticator.authenticate(keyed, aHead({ 'x-api-key': key }), address)),
  };
}

async function times(count: number, ask: (index: number) => Promise<unknown>): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await ask(index));
  return answers;
}

function wait(retryAfterSeconds: number) {
  return { kind: 'rate-limited', retryAfterSeconds };
}

describe('guessing a password', () => {
  it('guessing a password costs ever longer waits after ten wrong ones, in which even the right one is not looked at', async () => {
    const { login, clock } = aTarget();
    await expect(times(10, (index) => login(`guess ${index}`, '192.0.2.1'))).resolves.toEqual(
      Array.from({ length: 10 }, () => invalid),
    );
    await expect(login('right', '192.0.2.1')).resolves.toEqual(wait(1));
    clock.advance(1000);
    await expect(login('guess 10', '192.0.2.1')).resolves.toEqual(invalid);
    await expect(login('right', '192.0.2.1')).resolves.toEqual(wait(2));
    clock.advance(2000);
    await expect(login('guess 11', '192.0.2.1')).resolves.toEqual(invalid);
    await expect(login('right', '192.0.2.1')).resolves.toEqual(wait(4));
  });

  it('guessing a password never makes anyone wait longer than five minutes', async () => {
    const { login, clock } = aTarget();
    for (let guess = 0; guess < 40; guess += 1) {
      await login(`guess ${guess}`);
      clock.advance(300_000);
    }
    await login('guess');
    await expect(login('right')).resolves.toEqual(wait(300));
    clock.advance(300_000);
    await expect(login('right')).resolves.toBe('no refusal');
  });

  it('guessing a password is forgiven with the first right one, and after a quarter of an hour', async () => {
    const { login, clock } = aTarget();
    await times(9, (index) => login(`guess ${index}`));
    await expect(login('right')).resolves.toBe('no refusal');
    await expect(times(10, (index) => login(`again ${index}`))).resolves.not.toContainEqual(wait(1));
    await expect(login('other')).resolves.toEqual(wait(1));
    clock.advance(900_000);
    await expect(times(10, (index) => login(`later ${index}`))).resolves.not.toContainEqual(wait(1));
  });

  it('guessing a password is counted before the answer, so that a burst has no more tries than a row', async () => {
    const { login } = aTarget();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => login(`guess ${index}`, '192.0.2.1')),
    );
    expect(answers.filter((answer) => JSON.stringify(answer) === JSON.stringify(invalid))).toHaveLength(10);
  });

  it('guessing a password does not lock out the owner elsewhere, nor a client that was right lately', async () => {
    const { login } = aTarget();
    await expect(login('right', '192.0.2.1')).resolves.toBe('no refusal');
    await times(12, (index) => login(`guess ${index}`, '192.0.2.1'));
    await expect(login('guess', '192.0.2.1')).resolves.toEqual(wait(1));
    await expect(login('right', '192.0.2.1')).resolves.toBe('no refusal');
    await expect(login('guess', '198.51.100.7')).resolves.toEqual(invalid);
  });

  it('a client that keeps sending one old password does not count as guessing', async () => {
    const { login } = aTarget();
    await expect(times(50, () => login('old'))).resolves.toEqual(Array.from({ length: 50 }, () => invalid));
    await expect(login('right')).resolves.toBe('no refusal');
  });

  it('guessing a password is slowed for unknown names as for known ones', async () => {
    const { login } = aTarget();
    await times(10, (index) => login(`guess ${index}`, '192.0.2.1', 'nobody'));
    await expect(login('guess', '192.0.2.1', 'nobody')).resolves.toEqual(wait(1));
  });

  it('guessing a password is slowed at the token endpoint as well', async () => {
    const { issuer } = aTarget();
    const ask = (secret: string): Promise<unknown> => refusalOf(issuer.issue('plain', 'app', secret));
    await times(10, (index) => ask(`guess ${index}`));
    await expect(ask('right')).resolves.toEqual(wait(1));
  });

  it('guessing a password lets any number of requests with the same right password through at once', async () => {
    const slow = aTenant('demo', [
      {
        kind: 'basic',
        id: 'till',
        dialect: 'plain',
        scopes: [],
        username: 'till',
        secret: { argon2id: await hashArgon2id('right') },
      },
    ]);
    const { authenticator } = aGateway([slow]);
    const head = aHead({ authorization: basic('till', 'right') });
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => refusalOf(authenticator.authenticate(plain, head, '192.0.2.1'))),
    );
    expect(new Set(answers)).toEqual(new Set(['no refusal']));
  });
});

describe('guessing keys from one address', () => {
  it('guessing keys from one address is slowed after a hundred over all dialects; a key in use still works', async () => {
    const { login, key, log, clock } = aTarget();
    await key('right-key', '192.0.2.1');
    await times(100, (index) => key(`guess ${index}`, '192.0.2.1'));
    await expect(key('guess', '192.0.2.1')).resolves.toEqual(wait(1));
    await expect(login('right', '192.0.2.1')).resolves.toEqual(wait(1));
    await expect(key('right-key', '192.0.2.1')).resolves.toBe('no refusal');
    await expect(key('guess', '198.51.100.7')).resolves.toEqual(invalid);
    clock.advance(1000);
    await expect(login('right', '192.0.2.1')).resolves.toBe('no refusal');
    expect(log.lines).toEqual([
      JSON.stringify({
        dialect: 'keyed',
        address: '192.0.2.1',
        by: 'address',
        message: 'many wrong credentials: further attempts have to wait',
      }),
    ]);
  });

  it('guessing keys from one address never makes a valid key wait, not even one that was never seen before', async () => {
    const { key } = aTarget();
    await times(150, (index) => key(`guess ${index}`, '192.0.2.1'));
    await expect(key('guess', '192.0.2.1')).resolves.toEqual(wait(1));
    await expect(key('right-key', '192.0.2.1')).resolves.toBe('no refusal');
  });

  it('guessing keys from one address counts an IPv6 network of 64 bits as one address', async () => {
    const { key } = aTarget();
    await times(100, (index) => key(`guess ${index}`, `2001:db8:1:2::${index.toString(16)}`));
    await expect(key('guess', '2001:db8:1:2:ffff::1')).resolves.toEqual(wait(1));
    await expect(key('guess', '2001:db8:1:3::1')).resolves.toEqual(invalid);
  });

  it('a client that keeps sending one old key does not count as guessing', async () => {
    const { key } = aTarget();
    const answers = await times(150, () => key('old', '192.0.2.1'));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify(invalid)]),
    );
  });

  it('a request without any credential does not count as guessing', async () => {
    const { authenticator, key } = aTarget();
    await times(150, () => refusalOf(authenticator.authenticate(keyed, aHead({}), '192.0.2.1')));
    await expect(refusalOf(authenticator.authenticate(keyed, aHead({}), '192.0.2.1'))).resolves.toEqual(
      missing,
    );
    await expect(key('guess', '192.0.2.1')).resolves.toEqual(invalid);
  });
});
