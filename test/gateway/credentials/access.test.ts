import { describe, expect, it } from '@jest/globals';
import type { Access, SubjectReference } from '../../../src/domain/index.ts';
import { authorize } from '../../../src/gateway/credentials/access.ts';

const own: SubjectReference = { kind: 'alias', id: '7' };
const others: SubjectReference = { kind: 'alias', id: '8' };
const bearer: SubjectReference = { kind: 'caller' };
const mail: SubjectReference = { kind: 'identifier', name: 'email', value: 'a@example.com' };
const write: Access = { kind: 'credential', scopes: ['WRITE'] };
const admin: Access = { kind: 'credential', scopes: ['WRITE'], scopesForOthers: ['ADMIN'] };

function verdict(access: Access, scopes: string[], owner: string | undefined, subject?: SubjectReference) {
  const principal = { tenant: 't', dialect: 'd', credentialId: 'c', scopes };
  try {
    authorize(access, owner === undefined ? principal : { ...principal, subject: owner }, subject);
    return 'admitted';
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

describe('access', () => {
  it.each([
    ['anything on a public operation', { kind: 'public' } as const, [], undefined, others, 'admitted'],
    ['any subject with the scope', write, ['WRITE'], undefined, others, 'admitted'],
    ['nothing without the scope', write, ['READ'], '7', own, 'forbidden'],
    ['nothing with the scope in another case', write, ['write'], '7', own, 'forbidden'],
    ['one’s own by id', admin, ['WRITE'], '7', own, 'admitted'],
    ['one’s own as the bearer', admin, ['WRITE'], '7', bearer, 'admitted'],
    ['nobody else’s', admin, ['WRITE'], '7', others, 'forbidden'],
    ['nobody else’s by mail', admin, ['WRITE'], '7', mail, 'forbidden'],
    ['nobody’s to a credential without a person', admin, ['WRITE'], undefined, own, 'forbidden'],
    ['not the bearer’s to a credential without a person', admin, ['WRITE'], undefined, bearer, 'forbidden'],
    ['everybody’s to an administrator', admin, ['ADMIN', 'WRITE'], '7', others, 'admitted'],
    ['nothing to an administrator without the scope itself', admin, ['ADMIN'], '7', others, 'forbidden'],
    ['operations about nobody', admin, ['WRITE'], undefined, undefined, 'admitted'],
  ])('access admits %s', (_what, access, scopes, owner, subject, expected) => {
    expect(verdict(access, scopes, owner, subject)).toBe(expected);
  });
});
