import { describe, expect, it } from '@jest/globals';
import { upstream as capillary } from '../../dialects/capillary-v2/upstream.ts';
import { upstream as magicline } from '../../dialects/magicline-v1/upstream.ts';
import { upstream as smartsheet } from '../../dialects/smartsheet/upstream.ts';
import { upstream as timbu } from '../../dialects/timbu/upstream.ts';
import type { CommandOf, Json, UpstreamAnswer, UpstreamTranslation } from '../../src/domain/index.ts';
import { uploadOf } from '../migration/model/model-backend.ts';

const LONG_ID = '48569348493401201';
const SUBJECT = { kind: 'key', key: 'a'.repeat(32) } as const;

function put(...slots: readonly number[]): CommandOf<'put-images'> {
  const images = slots.map((slot) => ({ slot, upload: uploadOf(slot) }));
  return { kind: 'put-images', subject: SUBJECT, images };
}

function answer(status: number, json: Json, type = 'application/json; charset=utf-8'): UpstreamAnswer {
  return { status, json, headers: { 'content-type': type } };
}

function stored(id: Json, slot: number): Json {
  const name = typeof id === 'object' ? id : `100737/${id}/${slot}`;
  return { code: 200, file: { name }, message: 'Successfully uploaded file' };
}

/** For each dialect: its successes for a put, what only looks like one, and its own problems by status. */
const DIALECTS: readonly {
  readonly name: string;
  readonly upstream: Pick<UpstreamTranslation<never>, 'isClearWrite'>;
  readonly id: string;
  readonly successes: (id: Json) => readonly Json[];
  /** Whether the success names the person. */
  readonly namesPerson: boolean;
  readonly others: (id: Json) => readonly Json[];
  readonly problems: readonly (readonly [number, Json])[];
  readonly otherProblems: readonly (readonly [number, Json])[];
}[] = [
  {
    name: 'magicline-v1',
    upstream: magicline,
    id: '1002',
    successes: () => [{ imageUrl: 'https://a.example/b.jpg' }],
    namesPerson: false,
    others: () => [{ imageUrl: 7 }, { imageUrl: '' }, { imageUrl: null }, { id: 7, imageUrl: 'https://a/b' }],
    problems: [
      [404, { errorMessage: 'Entity does not exists.', errorCode: 'error.entity.not.found', traceId: '1' }],
      [404, { errorMessage: 'Entity does not exists.' }],
      [400, { errorMessage: 'Validation of the request failed.' }],
    ],
    otherProblems: [
      [404, { errorMessage: 'Not Found' }],
      [400, { errorMessage: 400, errorCode: 'validation.image.type' }],
      [400, { errorMessage: 'no', errorCode: 7 }],
    ],
  },
  {
    name: 'smartsheet',
    upstream: smartsheet,
    id: LONG_ID,
    successes: (id) => [
      { message: 'SUCCESS', resultCode: 0, data: [{ id, profileImage: { imageId: 'u!1!a' } }] },
      { message: 'SUCCESS', resultCode: 0, result: { id, profileImage: { imageId: 'u!1!a' } } },
    ],
    namesPerson: true,
    others: (id) => [
      { id, profileImage: { imageId: 'u!1!a' } },
      { message: 'SUCCESS', resultCode: 0, data: [] },
      { message: 'SUCCESS', resultCode: 0, data: [{ id }] },
      { message: 'SUCCESS', resultCode: 0, data: [{ id, profileImage: { imageId: 7 } }] },
      { message: 'PARTIAL_SUCCESS', resultCode: 3, data: [{ id, profileImage: { imageId: 'u!1!a' } }] },
      { refId: 'abc', errorCode: 4001, message: 'offline' },
    ],
    problems: [
      [404, { refId: 'abc', errorCode: 1020, message: 'User not found.' }],
      [400, { refId: 'abc', errorCode: 1255, message: 'Attachment type is not supported.' }],
    ],
    otherProblems: [
      [404, { errorCode: 7, message: 'Not Found' }],
      [400, { errorCode: '1255', message: 'no' }],
      [400, { errorCode: 1255 }],
    ],
  },
  {
    name: 'timbu',
    upstream: timbu,
    id: 'ada-1',
    successes: (id) => [
      { data: { id, profile_image: 'https://a.example/b' } },
      { data: { id, image_url: 'profileImages/a.jpg' } },
      // BigFastAPI 0.5.9 answers with its row of the user.
      { data: { id, email: 'ada@example.org', is_active: true, image: '/files/image/profileImages/a.jpg' } },
    ],
    namesPerson: true,
    others: (id) => [
      { id, image_url: 'a.jpg' },
      { data: { id } },
      { data: { id, image: '' } },
      { data: { id, profile_image: ['a.jpg'] } },
      { data: { id, image: 'a.jpg', profile_image: 7 } },
    ],
    problems: [
      [404, { detail: 'User not found' }],
      [400, { detail: 'There was an error parsing the body' }],
      [422, { detail: [{ loc: ['body', 'file'], msg: 'field required', type: 'value_error.missing' }] }],
    ],
    otherProblems: [
      [404, { detail: 'Not Found' }],
      [400, { detail: 7 }],
      [422, { detail: [] }],
      [422, { detail: ['no'] }],
    ],
  },
  {
    name: 'capillary-v2',
    upstream: capillary,
    id: '565039506',
    successes: (id) => [{ data: [stored(id, 0)], warnings: [], errors: [] }],
    namesPerson: true,
    others: (id) => [
      { data: [], warnings: [], errors: [] },
      { data: [stored(id, 1)], warnings: [], errors: [] },
      { data: [{ code: 200, file: 'name' }], warnings: [], errors: [] },
      { data: [{ code: 500, file: { name: '1/565039506/0' } }], warnings: [], errors: [] },
      { data: {}, warnings: [], errors: [] },
    ],
    problems: [
      [404, { errors: [{ status: false, code: 8015, message: 'Customer not found' }] }],
      [400, { errors: [{ status: false, code: 8083, message: 'Image size is too small' }] }],
      [200, { data: [], errors: [{ status: false, code: 8084, message: 'no valid image' }] }],
    ],
    otherProblems: [
      [404, { errors: [{ code: 77, message: 'Not Found' }] }],
      [400, { errors: [{ code: '8083' }] }],
      [400, { errors: [] }],
    ],
  },
];

describe.each(DIALECTS)('what a backend of $name says to a write', ({ upstream, id, ...says }) => {
  const asNumber = Number.isNaN(Number(id)) ? id : Number(id);

  it('an answer to a write is clear where it is the success that the API documents for it', () => {
    for (const json of [...says.successes(asNumber), ...says.successes(id)]) {
      expect(upstream.isClearWrite(put(0), answer(200, json), id)).toBe(true);
      // The client's own request: its own answer is believed whomever it is about.
      expect(upstream.isClearWrite(put(0), answer(200, json), undefined)).toBe(true);
    }
  });

  it('an answer to a write is not clear where a success is about another person or about none', () => {
    for (const other of [asNumber === id ? 'bob-2' : 7, null, {}]) {
      for (const json of says.successes(other)) {
        expect(upstream.isClearWrite(put(0), answer(200, json), id)).toBe(!says.namesPerson);
      }
    }
  });

  it('an answer to a write is not clear where the success is in another form', () => {
    const nonsense: readonly Json[] = [{ status: 'maintenance' }, {}, [], null, 'OK', { id: asNumber }];
    for (const json of [...nonsense, ...says.others(asNumber)]) {
      expect(upstream.isClearWrite(put(0), answer(200, json), id)).toBe(false);
    }
  });

  it('an answer to a write is clear where it is a problem in its own form', () => {
    for (const [status, json] of says.problems) {
      expect(upstream.isClearWrite(put(0), answer(status, json), id)).toBe(true);
    }
  });

  it('an answer to a write is not clear where a problem is in another form', () => {
    const nonsense: readonly Json[] = [{ error: 'not found' }, {}, [], 'Not Found', null];
    const all = [...nonsense.map((json) => [404, json] as const), ...says.otherProblems];
    for (const [status, json] of all) {
      expect(upstream.isClearWrite(put(0), answer(status, json), id)).toBe(false);
    }
  });

  it('an answer to a write is not clear where the content type is another one', () => {
    for (const type of ['text/html', 'text/plain', '']) {
      for (const json of says.successes(asNumber)) {
        expect(upstream.isClearWrite(put(0), answer(200, json, type), id)).toBe(false);
      }
      for (const [status, json] of says.problems) {
        expect(upstream.isClearWrite(put(0), answer(status, json, type), id)).toBe(false);
      }
    }
  });
});

describe('what a backend of capillary-v2 says to more than one picture, and to a delete', () => {
  const id = '565039506';
  const remove = { kind: 'delete-images', subject: SUBJECT, slots: [0] } as const;
  const isClear = (command: Parameters<typeof capillary.isClearWrite>[0], json: Json) =>
    capillary.isClearWrite(command, answer(200, json), id);

  it('an answer to a write of several pictures is clear where it names each of them', () => {
    const two = { data: [stored(id, 0), stored(id, 1)], warnings: [], errors: [] };
    expect(isClear(put(0, 1), two)).toBe(true);
    // A picture after a gap is not sent.
    expect(isClear(put(0, 1, 3), two)).toBe(true);
    expect(isClear(put(0, 1, 2), two)).toBe(false);
  });

  it('an answer to a delete is clear where it is the printed success, with or without a row for each picture', () => {
    const row = { code: 200, message: 'Success', status: 'true' };
    for (const data of [[row], []]) {
      expect(isClear(remove, { data, warnings: [], errors: [] })).toBe(true);
    }
    const others: readonly Json[] = [
      {},
      { data: [] },
      { errors: [] },
      { data: ['gone'], errors: [] },
      { data: [{ code: 500, status: 'false' }], errors: [] },
    ];
    for (const json of others) expect(isClear(remove, json)).toBe(false);
  });
});
