import { describe, expect, it } from '@jest/globals';
import { MASKED, maskSecrets, maskValue } from '../../src/settings/mask-secrets.ts';

describe('settings as operators see them', () => {
  it.each([
    ['the keys of S3', { secretAccessKey: 'S3CRET', sessionToken: 'S3CRET' }],
    ['an account of Azure', { connectionString: 'S3CRET' }],
    ['a header for a backend', { credential: { kind: 'header', header: 'x-api-key', value: 'S3CRET' } }],
    ['a password for a backend', { credential: { kind: 'basic', username: 'till', password: 'S3CRET' } }],
    ['a signing key', { keys: [{ id: 'first', secret: 'S3CRET' }] }],
    ["a client's key", { secrets: [{ plain: 'S3CRET' }, { sha256: 'S3CRET' }, { argon2id: 'S3CRET' }] }],
    ['a Redis with a password', { redisUrl: 'redis://:S3CRET@127.0.0.1:6379' }],
    [
      "options of a store of one's own",
      { store: { kind: 'module', module: './a.js', options: { pass: 'S3CRET' } } },
    ],
  ])('settings as operators see them show no secret: %s', (_what, settings) => {
    const shown = JSON.stringify(maskSecrets(settings));
    expect(shown).toContain(MASKED);
    expect(shown).not.toContain('S3CRET');
  });

  it('settings as operators see them show no secret that was changed, either', () => {
    expect(maskValue('secretAccessKey', 'S3CRET')).toBe(MASKED);
  });
});
