import { describe, expect, it } from '@jest/globals';
import native from '../../../dialects/native/index.ts';
import { PEOPLE_OPERATIONS } from '../../../dialects/native/people-operations.ts';
import { readPersonPrecondition } from '../../../dialects/native/read-person.ts';
import type { ErasureReceipt, Person, WireRequest } from '../../../src/domain/index.ts';
import { judgeBy } from '../../support/dialects/document-judge.ts';
import { bodyText, problemRows } from '../../support/dialects/fixture.ts';
import { aHead, aRequest, aRequestContext } from '../../support/dialects/request-context.ts';
import { anImageView } from '../../support/dialects/subject.ts';

const judge = await judgeBy('native', 'documented');
const context = aRequestContext({ maxBytes: 1000, quality: 80 });
const {
  erasePerson,
  findPeople,
  getPerson,
  getPersonPictures,
  linkPerson,
  listPeople,
  mergePeople,
  patchPerson,
  putPeople,
  putPerson,
  renamePerson,
  unlinkPerson,
} = PEOPLE_OPERATIONS;

const ada: Person = {
  key: '0f8fad5bd9cb469fa16570867728950e',
  tenant: 'demo',
  id: 'ada',
  aliases: { timbu: 'ada' },
  identifiers: { externalId: 'crm-7' },
  profile: { firstName: 'Ada', extra: { timbu: { theme: 'dark' } } },
  formerly: { id: ['ada-byron'] },
  version: 3,
};
const at = (parts: Partial<WireRequest>) => aRequest({ params: { id: 'ada' }, ...parts });
const changed = { kind: 'person-changed', person: ada, created: false } as const;

describe('commands on people', () => {
  it('the native API takes the id of the path for the body and leaves the tag of an answer out', () => {
    const json = { id: 'ada', etag: '"3"', aliases: { timbu: 'ada' } };
    expect(putPerson.read(at({ json }), context)).toEqual({
      kind: 'change-person',
      id: 'ada',
      change: { kind: 'put', person: { id: 'ada', aliases: { timbu: 'ada' } } },
    });
  });

  it('the native API refuses another id in the body than in the path', () => {
    expect(() => putPerson.read(at({ json: { id: 'tom' } }), context)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ pointer: '/id' }) }),
    );
  });

  it('the native API passes patches, names and new ids on as they came', () => {
    const names = { id: 'ada', dialect: 'timbu', alias: 'a/b' };
    const changes = [
      patchPerson.read(at({ json: { profile: { email: null } } }), context),
      linkPerson.read(at({ params: names }), context),
      unlinkPerson.read(at({ params: names }), context),
      renamePerson.read(at({ json: { id: 'lovelace' } }), context),
    ];
    expect(changes.map(({ change }) => change)).toEqual([
      { kind: 'patch', patch: { profile: { email: null } } },
      { kind: 'link', dialect: 'timbu', alias: 'a/b' },
      { kind: 'unlink', dialect: 'timbu', alias: 'a/b' },
      { kind: 'rename', newId: 'lovelace' },
    ]);
  });

  it('the native API carries the condition of the caller into every change of one person', () => {
    const headers = { 'if-match': '"3"' };
    const onlyIf = { kind: 'versions', versions: [3] };
    for (const operation of [putPerson, patchPerson, linkPerson, unlinkPerson, renamePerson, erasePerson])
      expect(operation.read(at({ headers, json: {} }), context)).toMatchObject({ onlyIf });
  });

  it('the native API keeps the line of each row, also of one that is no JSON', () => {
    const lines = [{ row: 1, value: { id: 'ada', etag: '"1"' } }, { row: 3 }];
    expect(putPeople.read(aRequest({ lines, query: { dryRun: ['true'] } }), context)).toEqual({
      kind: 'put-people',
      rows: [{ row: 1, person: { id: 'ada' } }, { row: 3 }],
      mode: 'put',
      dryRun: true,
    });
  });

  it('the native API merges into whom the body names, or only says what that would do', () => {
    expect(mergePeople.read(at({ json: { into: 'tom', preview: true } }), context)).toEqual({
      kind: 'merge-people',
      id: 'ada',
      survivor: 'tom',
      preview: true,
    });
  });

  it('the native API asks for the scope of what is done', () => {
    const scopes = Object.entries(PEOPLE_OPERATIONS).map(
      ([id, { access }]) => `${id} ${access.scopes?.join()}`,
    );
    expect(scopes).toEqual([
      'listPeople people:read',
      'putPeople people:write',
      'findPeople people:read',
      'getPerson people:read',
      'putPerson people:write',
      'patchPerson people:write',
      'erasePerson people:erase',
      'getPersonPictures people:read',
      'linkPerson people:write',
      'unlinkPerson people:write',
      'renamePerson people:write',
      'mergePeople people:write',
    ]);
  });
});

describe('conditions on people', () => {
  it.each([
    [{}, {}],
    [{ 'if-match': '*' }, { onlyIf: { kind: 'any' } }],
    [{ 'if-none-match': '*' }, { onlyIf: { kind: 'none' } }],
    [{ 'if-match': '"3", "4"' }, { onlyIf: { kind: 'versions', versions: [3, 4] } }],
    [{ 'if-match': 'W/"3"' }, { onlyIf: { kind: 'versions', versions: [] } }],
    [{ 'if-match': '"none of ours"' }, { onlyIf: { kind: 'versions', versions: [] } }],
    [{ 'if-match': '"3"', 'if-none-match': '*' }, { onlyIf: { kind: 'versions', versions: [] } }],
  ])('the native API reads the condition %j', (headers, expected) => {
    expect(readPersonPrecondition({ headers })).toEqual(expected);
  });

  it.each([{ 'if-match': '3' }, { 'if-none-match': '"3"' }, { 'if-none-match': '"3"', 'if-match': '*' }])(
    'the native API never ignores the condition %j',
    (headers) => {
      expect(() => readPersonPrecondition({ headers })).toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ kind: 'invalid-parameter' }) }),
      );
    },
  );
});

describe('openapi/native.yaml and people', () => {
  const receipt: ErasureReceipt = {
    schema: 1,
    tenant: 'demo',
    person: '0'.repeat(64),
    erasedAt: '2026-11-21T12:00:00.000Z',
    removed: { directoryEntries: 1, records: 1, pictures: 1, bodies: 2, bytes: 99, migrationRecords: 0 },
    again: '2026-11-21T13:00:00.000Z',
    leftToOthers: [],
  };
  const { image } = anImageView({});
  const merge = { source: ada, survivor: ada, adoptedSlots: [0], droppedSlots: [] };

  it.each([
    ['listPeople', listPeople.write({ kind: 'people-listed', people: [ada], next: ada.key }, context)],
    ['listPeople', listPeople.write({ kind: 'people-listed', people: [] }, context)],
    ['findPeople', findPeople.write({ kind: 'people-found', found: [{ person: ada, by: ['id'] }] }, context)],
    ['getPerson', getPerson.write({ kind: 'person-read', person: ada, images: [] }, context)],
    ['putPerson', putPerson.write({ ...changed, created: true }, context)],
    ['putPerson', putPerson.write(changed, context)],
    ['patchPerson', patchPerson.write(changed, context)],
    ['linkPerson', linkPerson.write(changed, context)],
    ['unlinkPerson', unlinkPerson.write(changed, context)],
    ['renamePerson', renamePerson.write(changed, context)],
    ['mergePeople', mergePeople.write({ kind: 'people-merged', merged: true, merge }, context)],
    [
      'getPersonPictures',
      getPersonPictures.write({ kind: 'person-read', person: ada, images: [image] }, context),
    ],
    [
      'erasePerson',
      erasePerson.write(
        {
          kind: 'person-erased',
          receipt: { receipt, signature: { algorithm: 'HMAC-SHA256', keyId: 'k', value: 'v' } },
        },
        context,
      ),
    ],
    [
      'putPeople',
      putPeople.write(
        {
          kind: 'people-put',
          results: [
            { row: 1, result: { kind: 'created', person: ada } },
            { row: 2, result: { kind: 'refused', problem: { kind: 'person-erased' } } },
          ],
        },
        context,
      ),
    ],
  ])('openapi/native.yaml describes the success of %s', (operationId, answer) => {
    expect(judge.faults(operationId, answer)).toEqual([]);
  });

  it('openapi/native.yaml describes that the caller knows the version, whether the tag is weak or not', () => {
    for (const tag of ['"3"', 'W/"3"', '*']) {
      const request = aHead({ headers: { 'if-none-match': tag } });
      const answer = getPerson.write(
        { kind: 'person-read', person: ada, images: [] },
        aRequestContext({ maxBytes: 1000, quality: 80 }, { request }),
      );
      expect(answer.status).toBe(304);
      expect(judge.faults('getPerson', answer)).toEqual([]);
    }
  });

  it.each(problemRows('native'))(
    'openapi/native.yaml describes $problem where a change of a person can meet it',
    ({ problem }) => {
      const answer = native.renderProblem(problem, context);
      for (const operationId of ['putPerson', 'erasePerson', 'mergePeople'])
        expect(judge.faults(operationId, answer)).toEqual([]);
    },
  );
});

describe('answers about people', () => {
  it('the native API tells of each line in one line, a refused one with its problem', () => {
    const answer = putPeople.write(
      {
        kind: 'people-put',
        results: [
          { row: 2, result: { kind: 'unchanged', person: ada } },
          {
            row: 5,
            result: { kind: 'refused', problem: { kind: 'name-taken', pointer: '/id', value: 'ada' } },
          },
        ],
      },
      context,
    );
    expect(bodyText(answer)).toBe(
      '{"row":2,"result":"unchanged","id":"ada","key":"0f8fad5bd9cb469fa16570867728950e","version":3}\n' +
        '{"row":5,"result":"refused","problem":{"type":"urn:polyface:problem:name-taken","title":"Name already taken","status":409,"pointer":"/id","value":"ada","requestId":"0123456789abcdef0123456789abcdef"}}\n',
    );
  });
});
