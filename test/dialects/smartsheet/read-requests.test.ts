import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import smartsheet from '../../../dialects/smartsheet/index.ts';
import { currentUser, userInPath } from '../../../dialects/smartsheet/user-of-request.ts';
import { type Json, type Problem, ProblemError } from '../../../src/domain/index.ts';
import { fixtureJson } from '../../support/dialects/fixture.ts';
import { aHead, aPrincipal, aRequest, aRequestContext } from '../../support/dialects/request-context.ts';
import { anUpload } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const admin = aRequestContext(options, {
  principal: aPrincipal('smartsheet', { scopes: ['WRITE_SHEETS', 'READ_USERS', 'ADMIN_USERS'] }),
});
const jane = aRequestContext(options, {
  principal: aPrincipal('smartsheet', { scopes: ['WRITE_SHEETS'], subject: '48569348493401200' }),
});
const { updateUserProfileImage, getCurrentUser, getUser, listImageUrls } = smartsheet.operations;

function problemOf(run: () => unknown): Problem | undefined {
  try {
    run();
    return undefined;
  } catch (cause) {
    if (cause instanceof ProblemError) return cause.problem;
    throw cause;
  }
}

describe('the user in the path', () => {
  it('the user in the path stays the decimal string it is, up to and past 2^53', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 20n - 1n }), (id) => {
        const head = aHead({ params: { userId: String(id) } });
        expect(userInPath(head, jane)).toEqual({ kind: 'alias', id: String(id) });
      }),
    );
  });

  it.each(['0', '-1', '007', '1e3', 'NaN', 'me', '1.0', ' 1', '١', '1/2', '', '100000000000000000000'])(
    'the user in the path cannot be %j',
    (value) => {
      expect(problemOf(() => userInPath(aHead({ params: { userId: value } }), jane))).toEqual({
        kind: 'invalid-parameter',
        name: 'userId',
        value,
        location: 'path',
      });
    },
  );
});

describe('Assume-User', () => {
  const assuming = (value: string) => aHead({ headers: { 'assume-user': value } });

  it('Assume-User makes the e-mail address of an administrator the current user', () => {
    expect(currentUser(assuming('jane.doe%40smartsheet.com'), admin)).toEqual({
      kind: 'identifier',
      name: 'email',
      value: 'jane.doe@smartsheet.com',
    });
    expect(currentUser(aHead(), admin)).toEqual({ kind: 'caller' });
  });

  it('Assume-User is forbidden to all other callers, on every operation', () => {
    const head = { ...assuming('ada%40example.com'), params: { userId: '1' } };
    expect(problemOf(() => currentUser(head, jane))).toEqual({ kind: 'forbidden' });
    expect(problemOf(() => userInPath(head, jane))).toEqual({ kind: 'forbidden' });
    expect(problemOf(() => listImageUrls?.read({ ...aRequest(head), json: [] }, jane))).toEqual({
      kind: 'forbidden',
    });
    expect(problemOf(() => currentUser(head, aRequestContext(options)))).toEqual({ kind: 'forbidden' });
  });

  it.each(['%', '%ff%40example.com', 'nobody', 'two words%40example.com', ''])(
    'Assume-User cannot be %j',
    (value) => {
      expect(problemOf(() => currentUser(assuming(value), admin))).toEqual({
        kind: 'invalid-parameter',
        name: 'Assume-User',
        value,
        location: 'header',
      });
    },
  );
});

describe('smartsheet-integration-source', () => {
  const from = (value: string) =>
    aHead({ params: { userId: '1' }, headers: { 'smartsheet-integration-source': value } });

  it.each([
    'AI,SampleOrg,My-AI-Connector-v2',
    'SCRIPT,SampleOrg2,Accounting-updater-script',
    'APPLICATION,A B,c',
  ])('smartsheet-integration-source may be %j', (value) => {
    expect(userInPath(from(value), jane)).toEqual({ kind: 'alias', id: '1' });
  });

  it.each(['', 'AI', 'AI,Org', 'AI,,Name', 'ai,Org,Name', 'ROBOT,Org,Name', 'AI,Org,Name,more'])(
    'smartsheet-integration-source cannot be %j',
    (value) => {
      const expected = {
        kind: 'invalid-parameter',
        name: 'smartsheet-integration-source',
        value,
        location: 'header',
      };
      expect(problemOf(() => userInPath(from(value), jane))).toEqual(expected);
      expect(problemOf(() => currentUser(from(value), jane))).toEqual(expected);
      expect(problemOf(() => listImageUrls?.read({ ...aRequest(from(value)), json: [] }, jane))).toEqual(
        expected,
      );
    },
  );
});

describe('commands', () => {
  it('Smartsheet puts the one file into slot 0', () => {
    const upload = anUpload({ declaredType: 'application/json' });
    const request = aRequest({ params: { userId: '48569348493401200' }, uploads: [upload] });
    expect(updateUserProfileImage?.read(request, jane)).toEqual({
      kind: 'put-images',
      subject: { kind: 'alias', id: '48569348493401200' },
      images: [{ slot: 0, upload }],
    });
  });

  it('Smartsheet reads the user with the image', () => {
    expect(getCurrentUser?.read(aRequest(), jane)).toEqual({
      kind: 'read-subject',
      subject: { kind: 'caller' },
      images: true,
    });
    expect(getUser?.read(aRequest({ params: { userId: '7' } }), jane)).toEqual({
      kind: 'read-subject',
      subject: { kind: 'alias', id: '7' },
      images: true,
    });
  });

  it('Smartsheet looks for each imageId in its place, also for those that cannot be', () => {
    const json = fixtureJson('smartsheet', 'image-urls.request.json');
    expect(listImageUrls?.read(aRequest({ json }), jane)).toEqual({
      kind: 'locate-images',
      requests: [
        {
          label: 'u!1!nAtdn5RJB_o!k6_e_3h2R3w!wmYXPek-yVA',
          subject: { kind: 'key', key: '9c0b5d9f944907fa93afdeff7876477c' },
          imageIdPrefix: 'c266173de93ec950',
          width: 20,
          height: 40,
        },
        {
          label: 'u!1!nAtdn5RJB_o!k6_e_3h2R3w!AAAAAAAAAAA',
          subject: { kind: 'key', key: '9c0b5d9f944907fa93afdeff7876477c' },
          imageIdPrefix: '0000000000000000',
        },
        { label: 'no image id at all', subject: { kind: 'key', key: '' }, imageIdPrefix: '' },
      ],
    });
  });

  it.each<[string, Json | undefined, Problem]>([
    ['no body', undefined, { kind: 'body-missing' }],
    ['no list', {}, { kind: 'invalid-parameter', name: 'body', value: '{}', location: 'body' }],
    ['no object', ['x'], { kind: 'invalid-parameter', name: 'body', value: 'x', location: 'body' }],
    ['no imageId', [{}], { kind: 'invalid-parameter', name: 'imageId', location: 'body' }],
    [
      'a number for an imageId',
      [{ imageId: 1 }],
      { kind: 'invalid-parameter', name: 'imageId', value: '1', location: 'body' },
    ],
    [
      'half a pixel',
      [{ imageId: 'x', width: 0.5 }],
      { kind: 'invalid-parameter', name: 'width', value: '0.5', location: 'body' },
    ],
    [
      'no height to speak of',
      [{ imageId: 'x', height: 0 }],
      { kind: 'invalid-parameter', name: 'height', value: '0', location: 'body' },
    ],
  ])('Smartsheet refuses %s in a request for image URLs', (_what, json, problem) => {
    const request = aRequest(json === undefined ? {} : { json });
    expect(problemOf(() => listImageUrls?.read(request, jane))).toEqual(problem);
  });

  it('Smartsheet asks for WRITE_SHEETS to upload, and for more where the user is another person', () => {
    expect(updateUserProfileImage?.access).toEqual({
      kind: 'credential',
      scopes: ['WRITE_SHEETS'],
      scopesForOthers: ['ADMIN_USERS'],
    });
    expect(getUser?.access.scopesForOthers).toEqual(['READ_USERS']);
  });
});
