import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { customerInPath, customerLookedUp } from '../../../dialects/capillary-v2/customer-of-request.ts';
import capillary from '../../../dialects/capillary-v2/index.ts';
import { queryValue } from '../../../dialects/capillary-v2/query-value.ts';
import { embedsImages } from '../../../dialects/capillary-v2/read-customer.ts';
import { requireSource } from '../../../dialects/capillary-v2/require-source.ts';
import { type Json, type Problem, ProblemError, type WireRequest } from '../../../src/domain/index.ts';
import { aHead, aRequest, aRequestContext } from '../../support/dialects/request-context.ts';
import { anUpload } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const context = aRequestContext(options);
const params = { userId: '565039505' };
const customer = { kind: 'alias', id: '565039505' };

function commandOf(operation: string, request: Partial<WireRequest>) {
  return capillary.operations[operation]?.read(aRequest({ params, ...request }), context);
}

function problemOf(attempt: () => unknown): Problem | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
}

/** A word with each letter in either case. */
function anyCaseOf(word: string): fc.Arbitrary<string> {
  return fc
    .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
    .map((upper) =>
      Array.from(word, (letter, i) => (upper[i] ? letter.toUpperCase() : letter.toLowerCase())).join(''),
    );
}

const SOURCES =
  'FACEBOOK WEB_ENGAGE WECHAT INSTORE MARTJACK TMALL TAOBAO JD ECOMMERCE WEBSITE LINE MOBILE_APP'.split(' ');
const strayMarks = fc.constantFrom('', '?', '??');

describe('the customer in the path', () => {
  it('the customer in the path is any positive int64, to its last digit', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 63n - 1n), (id) => {
        expect(customerInPath({ ...aHead(), params: { userId: String(id) } })).toEqual({
          kind: 'alias',
          id: String(id),
        });
      }),
    );
  });

  it('a path without a positive int64 names no customer', () => {
    const others = fc.oneof(
      fc.bigInt(2n ** 63n, 2n ** 80n).map(String),
      fc.bigInt(-(2n ** 70n), 0n).map(String),
      fc.bigInt(1n, 99n).map((id) => `0${id}`),
      fc.string().filter((text) => !/^[1-9]\d*$/.test(text)),
    );
    fc.assert(
      fc.property(others, (userId) => {
        expect(problemOf(() => customerInPath({ ...aHead(), params: { userId } }))).toEqual({
          kind: 'invalid-parameter',
          name: 'userId',
          value: userId,
          location: 'path',
        });
      }),
    );
  });
});

describe('the customer looked up', () => {
  it.each(['mobile', 'email', 'externalId', 'cardExternalId', 'cardNumber'])(
    'the customer looked up is found by %s',
    (name) => {
      const query = { identifierName: [name], identifierValue: ['ada@example.com'] };
      expect(customerLookedUp(aHead({ query }))).toEqual({
        kind: 'identifier',
        name,
        value: 'ada@example.com',
      });
    },
  );

  it('the customer looked up is found however the name is written', () => {
    const query = { identifierName: ['EXTERNALID?'], identifierValue: ['a-1?'] };
    expect(customerLookedUp(aHead({ query }))).toEqual({
      kind: 'identifier',
      name: 'externalId',
      value: 'a-1',
    });
  });

  it.each<[string, Record<string, string[]>, Problem]>([
    [
      'no name',
      { identifierValue: ['x'] },
      { kind: 'invalid-parameter', name: 'identifierName', location: 'query' },
    ],
    [
      'no value',
      { identifierName: ['email'], identifierValue: [''] },
      { kind: 'invalid-parameter', name: 'identifierValue', location: 'query' },
    ],
    [
      'an unknown name',
      { identifierName: ['shoeSize'], identifierValue: ['x'] },
      { kind: 'invalid-parameter', name: 'identifierName', value: 'shoeSize', location: 'query' },
    ],
  ])('the customer looked up is refused with %s', (_what, query, problem) => {
    expect(problemOf(() => customerLookedUp(aHead({ query })))).toEqual(problem);
  });
});

describe('query values', () => {
  it('query values lose stray question marks and nothing else', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9@.+_-]+$/), strayMarks, (value, marks) => {
        expect(queryValue(aHead({ query: { name: [`${value}${marks}`] } }), 'name')).toBe(value);
      }),
    );
  });

  it('query values are missing where they say nothing', () => {
    expect(queryValue(aHead({ query: { name: ['', '?', ' '] } }), 'name')).toBeUndefined();
    expect(queryValue(aHead({ query: { name: ['', 'later'] } }), 'name')).toBe('later');
  });
});

describe('source', () => {
  it('source is one of the twelve, in any case, with stray question marks', () => {
    const spelled = fc.constantFrom(...SOURCES).chain(anyCaseOf);
    fc.assert(
      fc.property(spelled, strayMarks, (source, marks) => {
        expect(
          problemOf(() => requireSource(aHead({ query: { source: [source + marks] } }))),
        ).toBeUndefined();
      }),
    );
  });

  it('a missing source is told from an unknown one', () => {
    const missing: Problem = { kind: 'invalid-parameter', name: 'source', location: 'query' };
    expect(problemOf(() => requireSource(aHead()))).toEqual(missing);
    expect(problemOf(() => requireSource(aHead({ query: { source: ['?'] } })))).toEqual(missing);
    expect(problemOf(() => requireSource(aHead({ query: { source: ['STORE'] } })))).toEqual({
      ...missing,
      value: 'STORE',
    });
  });
});

describe('embed', () => {
  it('embed asks for images where CUSTOMERIMAGE is anywhere in its comma list, in any case', () => {
    const others = fc.array(fc.constantFrom('points', 'SUBSCRIPTIONS', ' mlp ', ''), { maxLength: 3 });
    fc.assert(
      fc.property(others, anyCaseOf('CUSTOMERIMAGE'), others, strayMarks, (before, wanted, after, marks) => {
        const list = [...before, wanted, ...after].join(',') + marks;
        expect(embedsImages(aHead({ query: { embed: [list] } }))).toBe(true);
      }),
    );
  });

  it.each([[], [''], ['points'], ['CUSTOMERIMAGES'], ['CUSTOMER IMAGE']])(
    'embed asks for none in %j',
    (...embed) => {
      expect(embedsImages(aHead({ query: { embed } }))).toBe(false);
    },
  );
});

describe('reads', () => {
  const query = { embed: ['CUSTOMERIMAGE'], source: ['INSTORE?'], '': [''] };

  it.each(['getCustomer', 'getCustomerImage'])(
    '%s reads the customer, as the page prints it and as it is',
    (name) => {
      const head = aHead({ params, query });
      expect(capillary.operations[name]?.subject?.(head, context)).toEqual(customer);
      expect(commandOf(name, { query })).toEqual({ kind: 'read-subject', subject: customer, images: true });
    },
  );

  it('a read leaves the images out where embed does not ask for them', () => {
    expect(commandOf('getCustomer', { query: { source: ['jd'] } })).toMatchObject({ images: false });
  });
});

describe('adds', () => {
  it('an add puts the n-th file into the n-th slot, with the attribution', () => {
    const uploads = [anUpload({ fieldName: 'FILE' }), anUpload({ fieldName: 'file' })];
    const headers = {
      'x-cap-api-attribution-entity-type': 'TILL',
      'x-cap-api-attribution-entity-code': 'neeraj.doc',
    };
    expect(commandOf('addCustomerImage', { uploads, headers })).toEqual({
      kind: 'put-images',
      subject: customer,
      images: uploads.map((upload, slot) => ({ slot, upload })),
      notes: { attributionType: 'TILL', attributionCode: 'neeraj.doc' },
    });
  });

  it('an add finds the customer by an identifier', () => {
    const query = { identifierName: ['mobile'], identifierValue: ['918877665544'] };
    expect(
      commandOf('addCustomerImageByIdentifier', { params: {}, query, uploads: [anUpload()] }),
    ).toMatchObject({
      subject: { kind: 'identifier', name: 'mobile', value: '918877665544' },
      notes: {},
    });
  });

  it('an add misses the file where there is none', () => {
    expect(problemOf(() => commandOf('addCustomerImage', {}))).toEqual({
      kind: 'file-missing',
      field: 'FILE',
    });
  });
});

describe('deletes', () => {
  it.each<[readonly string[], readonly number[]]>([
    [['0'], [0]],
    [['0,2, 4'], [0, 2, 4]],
    [
      ['3', '1'],
      [3, 1],
    ],
    [['1,1', '1?'], [1]],
    [['', '2,'], [2]],
  ])('a delete takes image_ids %j for the slots %j', (image_ids, slots) => {
    expect(commandOf('deleteCustomerImage', { query: { image_ids } })).toEqual({
      kind: 'delete-images',
      subject: customer,
      slots,
    });
  });

  it.each([[undefined], [['']], [['?']], [[',']]])('a delete misses the indexes in %j', (image_ids) => {
    const query = image_ids === undefined ? {} : { image_ids };
    expect(problemOf(() => commandOf('deleteCustomerImage', { query }))).toEqual({
      kind: 'invalid-parameter',
      name: 'image_ids',
      location: 'query',
    });
  });

  it.each(['5', '-1', '1.5', '00', 'first', '1e0'])('a delete refuses the index %s', (value) => {
    expect(
      problemOf(() => commandOf('deleteCustomerImage', { query: { image_ids: [`0,${value}`] } })),
    ).toEqual({
      kind: 'invalid-parameter',
      name: 'image_ids',
      value,
      location: 'query',
    });
  });
});

describe('token requests', () => {
  it('token requests take key and secret from the body', () => {
    const json = { key: 'client', secret: 'very secret' };
    expect(commandOf('generateToken', { json })).toEqual({ kind: 'issue-token', ...json });
  });

  it.each<[Json, string]>([
    [{}, 'key'],
    [[], 'key'],
    [{ key: '', secret: 'x' }, 'key'],
    [{ key: 7, secret: 'x' }, 'key'],
    [{ key: 'client' }, 'secret'],
    [{ key: 'client', secret: null }, 'secret'],
  ])('token requests are refused with %j', (json, name) => {
    expect(problemOf(() => commandOf('generateToken', { json }))).toEqual({
      kind: 'invalid-parameter',
      name,
      location: 'body',
    });
  });
});
