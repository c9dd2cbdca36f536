import { type Access, defineOperation, isJsonObject, type WireRequest } from '../../src/domain/index.ts';
import type { NativeOptions } from './options.ts';
import { personInBody, personInPath, readPersonPrecondition, withoutTag } from './read-person.ts';
import {
  writeChangedPerson,
  writeFoundPeople,
  writeMerge,
  writePeople,
  writePerson,
  writePictures,
  writeReceipt,
} from './write-person.ts';
import { writePutRows } from './write-put-rows.ts';

const MAY_READ: Access = { kind: 'credential', scopes: ['people:read'] };
const MAY_WRITE: Access = { kind: 'credential', scopes: ['people:write'] };
const MAY_ERASE: Access = { kind: 'credential', scopes: ['people:erase'] };

/** How many people a list has unless the caller says otherwise. */
const USUAL_LIST = 100;

/** The registry over HTTP: the people of the credential's tenant. */
export const PEOPLE_OPERATIONS = {
  listPeople: defineOperation<NativeOptions, 'list-people'>({
    command: 'list-people',
    access: MAY_READ,
    body: 'none',
    read: (request) => {
      const after = queryText(request, 'after');
      return {
        kind: 'list-people',
        limit: Number(queryText(request, 'limit') ?? USUAL_LIST),
        ...(after !== undefined && { after }),
      };
    },
    write: writePeople,
  }),
  putPeople: defineOperation<NativeOptions, 'put-people'>({
    command: 'put-people',
    access: MAY_WRITE,
    body: 'json-lines',
    read: (request) => ({
      kind: 'put-people',
      rows: (request.lines ?? []).map(({ row, value }) => ({
        row,
        ...(value !== undefined && { person: withoutTag(value) }),
      })),
      mode: queryText(request, 'mode') === 'patch' ? 'patch' : 'put',
      dryRun: queryText(request, 'dryRun') === 'true',
    }),
    write: writePutRows,
  }),
  findPeople: defineOperation<NativeOptions, 'find-people'>({
    command: 'find-people',
    access: MAY_READ,
    body: 'none',
    read: (request) => ({ kind: 'find-people', value: queryText(request, 'value') ?? '' }),
    write: writeFoundPeople,
  }),
  getPerson: defineOperation<NativeOptions, 'read-person'>({
    command: 'read-person',
    access: MAY_READ,
    body: 'none',
    read: (request) => ({ kind: 'read-person', id: personInPath(request), images: false }),
    write: (outcome, { request }) => writePerson(outcome, request),
  }),
  putPerson: defineOperation<NativeOptions, 'change-person'>({
    command: 'change-person',
    access: MAY_WRITE,
    body: 'json',
    read: (request) => ({
      kind: 'change-person',
      id: personInPath(request),
      change: { kind: 'put', person: personInBody(request) },
      ...readPersonPrecondition(request),
    }),
    write: writeChangedPerson,
  }),
  patchPerson: defineOperation<NativeOptions, 'change-person'>({
    command: 'change-person',
    access: MAY_WRITE,
    body: 'json',
    read: (request) => ({
      kind: 'change-person',
      id: personInPath(request),
      change: { kind: 'patch', patch: request.json ?? null },
      ...readPersonPrecondition(request),
    }),
    write: writeChangedPerson,
  }),
  erasePerson: defineOperation<NativeOptions, 'erase-person'>({
    command: 'erase-person',
    access: MAY_ERASE,
    body: 'none',
    read: (request) => ({
      kind: 'erase-person',
      id: personInPath(request),
      ...readPersonPrecondition(request),
    }),
    write: writeReceipt,
  }),
  getPersonPictures: defineOperation<NativeOptions, 'read-person'>({
    command: 'read-person',
    access: MAY_READ,
    body: 'none',
    read: (request) => ({ kind: 'read-person', id: personInPath(request), images: true }),
    write: writePictures,
  }),
  linkPerson: nameOperation('link'),
  unlinkPerson: nameOperation('unlink'),
  renamePerson: defineOperation<NativeOptions, 'change-person'>({
    command: 'change-person',
    access: MAY_WRITE,
    body: 'json',
    read: (request) => ({
      kind: 'change-person',
      id: personInPath(request),
      change: { kind: 'rename', newId: bodyText(request, 'id') },
      ...readPersonPrecondition(request),
    }),
    write: writeChangedPerson,
  }),
  mergePeople: defineOperation<NativeOptions, 'merge-people'>({
    command: 'merge-people',
    access: MAY_WRITE,
    body: 'json',
    read: (request) => ({
      kind: 'merge-people',
      id: personInPath(request),
      survivor: bodyText(request, 'into'),
      preview: isJsonObject(request.json) && request.json.preview === true,
    }),
    write: writeMerge,
  }),
};

function nameOperation(kind: 'link' | 'unlink') {
  return defineOperation<NativeOptions, 'change-person'>({
    command: 'change-person',
    access: MAY_WRITE,
    body: 'none',
    read: (request) => ({
      kind: 'change-person',
      id: personInPath(request),
      change: { kind, dialect: request.params.dialect ?? '', alias: request.params.alias ?? '' },
      ...readPersonPrecondition(request),
    }),
    write: writeChangedPerson,
  });
}

function queryText({ query }: Pick<WireRequest, 'query'>, name: string): string | undefined {
  return query[name]?.[0];
}

/** The document says that it is a string. */
function bodyText({ json }: WireRequest, name: string): string {
  const value = isJsonObject(json) ? json[name] : undefined;
  return typeof value === 'string' ? value : '';
}
