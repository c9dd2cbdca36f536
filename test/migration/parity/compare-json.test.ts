import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadDocument } from '../../../src/gateway/openapi/load-document.ts';
import { operationsOf } from '../../../src/gateway/openapi/open-api-document.ts';
import { differingPaths } from '../../../src/migration/parity/compare-json.ts';
import { upperBound95 } from '../../../src/migration/parity/upper-bound.ts';
import { overallVerdict } from '../../../src/migration/parity/verdict.ts';
import { volatileMembers } from '../../../src/migration/parity/volatile-members.ts';

describe('two answers', () => {
  it('two answers are alike where only ids, times and addresses differ', () => {
    const theirs = {
      imageUrl: 'https://a.example/x/1',
      at: '2025-04-21 03:01:43',
      handle: '01a24b35-f1fa-4dc3-bbce-ab9bc5094e2c',
    };
    const ours = {
      imageUrl: 'http://b.example/y?z',
      at: '2026-01-01 00:00:00',
      handle: '389fff57-1ed3-4bbb-96e0-6a541c8d20d1',
    };
    expect(differingPaths(theirs, ours)).toEqual([]);
  });

  it('two answers differ where a value, a member or the length of a list differs', () => {
    expect(differingPaths({ a: 1, b: 'x' }, { a: 2, c: 'x' })).toEqual(['/a', '/b', '/c']);
    expect(differingPaths({ list: [{ n: 1 }, { n: 2 }] }, { list: [{ n: 1 }, { n: 3 }] })).toEqual([
      '/list/*/n',
    ]);
    expect(differingPaths([1], [1, 2])).toEqual(['/length']);
  });

  it('two answers differ where one has an address and the other does not', () => {
    expect(differingPaths({ imageUrl: 'https://a.example/1' }, {})).toEqual(['/imageUrl']);
    expect(differingPaths({ imageUrl: 'https://a.example/1' }, { imageUrl: 'none' })).toEqual(['/imageUrl']);
  });

  it('two answers are alike where a member differs that the document marks as volatile, and only there', () => {
    const volatile = new Set(['version', 'token']);
    expect(differingPaths({ version: 1, token: 'a' }, { version: 7, token: 'b' }, { volatile })).toEqual([]);
    expect(differingPaths({ version: 1, token: 'a' }, { version: 7, token: 'b' })).toEqual([
      '/version',
      '/token',
    ]);
    expect(differingPaths({ token: 'a' }, { token: '' }, { volatile })).toEqual(['/token']);
  });

  it('two answers are alike where they differ in what was learnt to be noise', () => {
    expect(differingPaths({ load: 0.4 }, { load: 0.9 }, { noise: new Set(['/load']) })).toEqual([]);
  });
});

describe('the members that a document marks as volatile', () => {
  it.each([
    ['capillary-v2', ['accessToken', 'fileHandle', 'lastModified', 'latestVersion', 's3Token', 'version']],
    ['magicline-v1', ['traceId']],
    ['smartsheet', ['imageId', 'refId', 'urlExpiresInMillis']],
    ['timbu', []],
  ])(
    'the members that a document marks as volatile are found wherever a response prints them: %s',
    async (name, members) => {
      const loaded = await loadDocument(join(import.meta.dirname, `../../../openapi/${name}.yaml`));
      const document = loaded.documentOf('documented');
      expect([...volatileMembers(operationsOf(document))].sort()).toEqual(members);
    },
  );
});

describe('the upper bound at 95 %', () => {
  it('the upper bound follows the rule of three where nothing was seen', () => {
    expect(upperBound95(0, 300)).toBeCloseTo(1 - 0.05 ** (1 / 300), 6);
  });

  it('the upper bound is what the tables of Clopper and Pearson say', () => {
    expect(upperBound95(1, 20)).toBeCloseTo(0.2161, 3);
    expect(upperBound95(5, 100)).toBeCloseTo(0.1023, 3);
  });

  it('the upper bound knows nothing without a sample', () => {
    expect(upperBound95(0, 0)).toBe(1);
  });
});

describe('the verdict over all levels', () => {
  it.each([
    [{ wire: 'same', meaning: 'same', bytes: 'same' }, 'identical'],
    [{ wire: 'same', meaning: 'same', bytes: 'differs', picture: 'same' }, 're-encoded'],
    [{ wire: 'same', meaning: 'same', bytes: 'differs', picture: 'differs' }, 'different picture'],
    [{ wire: 'differs', meaning: 'same' }, 'answer differs'],
    [{ wire: 'differs', meaning: 'error differs' }, 'error differs'],
    [{ wire: 'same', meaning: 'missing' }, 'missing'],
  ] as const)('the verdict over all levels of %j is %s', (levels, verdict) => {
    expect(overallVerdict(levels)).toBe(verdict);
  });
});
