import { describe, expect, it } from '@jest/globals';
import { upstream as capillary } from '../../dialects/capillary-v2/upstream.ts';
import { upstream as magicline } from '../../dialects/magicline-v1/upstream.ts';
import { upstream as smartsheet } from '../../dialects/smartsheet/upstream.ts';
import { upstream as timbu } from '../../dialects/timbu/upstream.ts';
import type { Json, UpstreamAnswer, UpstreamTranslation } from '../../src/domain/index.ts';

const LONG_ID = '48569348493401201';

function answer(status: number, json: Json, type = 'application/json; charset=utf-8'): UpstreamAnswer {
  return { status, json, headers: { 'content-type': type } };
}

/**
 * For each dialect: an id, its success with a picture, without one, its answer for an unknown person, and fields
 * of a wrong type.
 */
const DIALECTS: readonly {
  readonly name: string;
  readonly upstream: Pick<UpstreamTranslation<never>, 'isClear'>;
  readonly id: string;
  readonly success: (id: Json) => Json;
  readonly empty: (id: Json) => Json;
  readonly nobody: Json;
  readonly wrongTypes: (id: Json) => readonly Json[];
  readonly otherProblems: readonly Json[];
}[] = [
  {
    name: 'magicline-v1',
    upstream: magicline,
    id: '1002',
    success: (id) => ({ id, firstName: 'Ada', imageUrl: 'https://a.example/b.jpg' }),
    empty: (id) => ({ id, firstName: 'Ada' }),
    nobody: { errorMessage: 'Not found', errorCode: 'error.entity.not.found', traceId: '1' },
    wrongTypes: (id) => [
      { id, imageUrl: 7 },
      { id, imageUrl: { url: 'x' } },
      { id, imageUrl: '' },
    ],
    otherProblems: [
      { errorMessage: 'Not found' },
      { errorMessage: 404, errorCode: 'error.entity.not.found' },
      { errorMessage: 'No route', errorCode: 'error.route.not.found' },
      { errorMessage: 'Not found', errorCode: 12 },
    ],
  },
  {
    name: 'smartsheet',
    upstream: smartsheet,
    id: LONG_ID,
    success: (id) => ({
      id,
      email: 'ada@example.org',
      profileImage: { imageId: 'u!1!a', width: 1, height: 1 },
    }),
    empty: (id) => ({ id, email: 'ada@example.org' }),
    nobody: { refId: 'abc', errorCode: 1020, message: 'User not found.' },
    wrongTypes: (id) => [
      { id, profileImage: 'u!1!a' },
      { id, profileImage: { imageId: 7 } },
    ],
    otherProblems: [
      { refId: 'abc', errorCode: 1006, message: 'Not Found' },
      { errorCode: '1020', message: 'x' },
    ],
  },
  {
    name: 'timbu',
    upstream: timbu,
    id: 'ada-1',
    success: (id) => ({ id, image_url: '/images/a.jpg' }),
    empty: (id) => ({ id, image_url: null }),
    nobody: { detail: 'User not found' },
    wrongTypes: (id) => [
      { id, image_url: false },
      { id, profile_image: ['a.jpg'] },
      { id, image: { path: 'a.jpg' } },
      { id, image: 7 },
    ],
    otherProblems: [{ detail: 'Not Found' }, { detail: [{ msg: 'User not found' }] }],
  },
  {
    name: 'capillary-v2',
    upstream: capillary,
    id: '565039506',
    success: (id) => ({
      id,
      customerImage: [{ file: { name: '1/2/0' }, secureFilePath: 'https://a.example/b' }],
    }),
    empty: (id) => ({ id, customerImage: [], errors: [] }),
    nobody: { errors: [{ status: false, code: 8015, message: 'Customer not found' }] },
    wrongTypes: (id) => [
      { id },
      { id, customerImage: {} },
      { id, customerImage: [{ file: 'name' }] },
      { id, customerImage: [{ file: { name: '1/2/0' } }] },
      {
        id,
        customerImage: [{ file: { name: '1/2/0' }, secureFilePath: 7, filePath: 'https://a.example/b' }],
      },
      { id, customerImage: [{ file: { name: '1/2/0' }, secureFilePath: '' }] },
    ],
    otherProblems: [{ errors: [{ code: 404 }] }, { errors: [{ code: '8015' }] }],
  },
];

describe.each(DIALECTS)('what a backend of $name says of a person', ({ upstream, id, ...says }) => {
  const asNumber = Number.isNaN(Number(id)) ? id : Number(id);

  it('an answer about a person is clear where it is a success about this person, with a picture or without', () => {
    for (const json of [says.success(asNumber), says.success(id), says.empty(asNumber)]) {
      expect(upstream.isClear(answer(200, json), id)).toBe(true);
    }
  });

  it('an answer about a person is clear where it says in its own words that there is no such person', () => {
    expect(upstream.isClear(answer(404, says.nobody), id)).toBe(true);
  });

  it('an answer about a person is not clear where it is about another person or about none', () => {
    for (const other of [asNumber === id ? 'bob-2' : 7, null, {}]) {
      expect(upstream.isClear(answer(200, says.success(other)), id)).toBe(false);
    }
    expect(upstream.isClear(answer(200, {}), id)).toBe(false);
  });

  it('an answer about a person is not clear where a field has another type', () => {
    for (const json of says.wrongTypes(asNumber)) expect(upstream.isClear(answer(200, json), id)).toBe(false);
  });

  it('an answer about a person is not clear where the 404 is in other words', () => {
    const others: readonly Json[] = [...says.otherProblems, { error: 'not found' }, [], 'Not Found', null];
    for (const json of others) expect(upstream.isClear(answer(404, json), id)).toBe(false);
  });

  it('an answer about a person is not clear where the content type is another one', () => {
    for (const type of ['text/html', 'text/plain', '']) {
      expect(upstream.isClear(answer(200, says.empty(asNumber), type), id)).toBe(false);
      expect(upstream.isClear(answer(404, says.nobody, type), id)).toBe(false);
    }
  });
});
