import { describe, expect, it } from '@jest/globals';
import type { CredentialScheme } from '../../../src/domain/index.ts';
import { keyKindFor } from '../../../src/gateway/credentials/key-kind.ts';

const capillary: CredentialScheme[] = [
  { kind: 'basic', passwordDigest: 'md5-hex' },
  { kind: 'issued-token', header: 'x-token' },
];

describe('the kind of credential that keys create makes', () => {
  it.each([
    [[{ kind: 'header-key', header: 'x-api-key' } as const], undefined, 'key', 'none'],
    [[{ kind: 'bearer' } as const], undefined, 'key', 'none'],
    [capillary, undefined, 'basic', 'md5-hex'],
    [capillary, 'client', 'client', 'none'],
  ])(
    'the kind of credential that keys create makes follows from what the dialect takes: %j asked for %s',
    (schemes, wanted, kind, passwordDigest) => {
      expect(keyKindFor(schemes, wanted)).toEqual({ kind, passwordDigest });
    },
  );

  it('the kind of credential that keys create makes is refused when the dialect has no place for it', () => {
    expect(() => keyKindFor(capillary, 'key')).toThrow('the dialect takes credentials of kind basic, client');
  });
});
