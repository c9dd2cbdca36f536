import { describe, expect, it } from '@jest/globals';
import magicline from '../../../dialects/magicline-v1/index.ts';
import { writeCustomer } from '../../../dialects/magicline-v1/write-customer.ts';
import { writeImageUrl } from '../../../dialects/magicline-v1/write-image-url.ts';
import type { WireResponse } from '../../../src/domain/index.ts';
import { judgeBy } from '../../support/dialects/document-judge.ts';
import { fixtureJson, problemRows } from '../../support/dialects/fixture.ts';
import { aHead, aRequestContext } from '../../support/dialects/request-context.ts';
import { anImageView, aSubject } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const judge = await judgeBy('magicline-v1', 'documented');
const rows = problemRows('magicline-v1');
const subject = aSubject({ aliases: { 'magicline-v1': '1002' } });
const images = [anImageView({ url: 'https://images.example.com/images/d/AQ' })];

function goldenAnswer(name: string): WireResponse {
  const headers = { 'Content-Type': 'application/json' };
  return { status: 200, headers, body: { kind: 'json', value: fixtureJson('magicline-v1', name) } };
}

describe('openapi/magicline-v1.yaml', () => {
  it('openapi/magicline-v1.yaml documents exactly the operations that are translated', () => {
    expect(judge.operations.map(({ operationId }) => operationId).sort()).toEqual(
      Object.keys(magicline.operations).sort(),
    );
  });

  it('openapi/magicline-v1.yaml marks the update as deprecated and nothing else', () => {
    const deprecated = judge.operations.filter(({ operation }) => operation.deprecated);
    expect(deprecated.map(({ operationId }) => operationId)).toEqual(['updateImage']);
  });

  it.each([
    ['updateImage', 'update.json'],
    ['getCustomer', 'customer.json'],
    ['getCustomer', 'customer-without-image.json'],
  ])('%s: the document describes %s', (operationId, name) => {
    expect(judge.faults(operationId, goldenAnswer(name))).toEqual([]);
  });

  it.each<[string, WireResponse]>([
    ['updateImage', writeImageUrl({ kind: 'images-put', subject, images, created: false })],
    ['getCustomer', writeCustomer({ kind: 'subject-read', subject, images })],
    ['getCustomer', writeCustomer({ kind: 'subject-read', subject, images: [] })],
    ['checkKey', { status: 200, headers: {}, body: { kind: 'none' } }],
  ])('openapi/magicline-v1.yaml describes the success of %s', (operationId, answer) => {
    expect(judge.faults(operationId, answer)).toEqual([]);
  });

  it.each(['updateImage', 'getCustomer'])(
    'openapi/magicline-v1.yaml describes every problem of %s',
    (operationId) => {
      for (const { problem } of rows) {
        const answer = magicline.renderProblem(problem, aRequestContext(options));
        expect({ problem, faults: judge.faults(operationId, answer) }).toEqual({ problem, faults: [] });
      }
    },
  );

  it('openapi/magicline-v1.yaml describes the headers of the deprecated update on every answer', () => {
    const request = aHead({ operationId: 'updateImage' });
    const dated = {
      deprecatedSince: '2025-01-01T00:00:00Z',
      sunsetAt: '2027-01-01T00:00:00Z',
      successor: '/v2',
    };
    const context = aRequestContext({ ...options, ...dated }, { request });
    const headers = magicline.responseHeaders?.(context) ?? {};
    expect(Object.keys(headers)).toEqual(['Deprecation', 'Sunset', 'Link']);
    for (const answer of [
      goldenAnswer('update.json'),
      ...rows.map(({ problem }) => magicline.renderProblem(problem, context)),
    ]) {
      expect(judge.faults('updateImage', { ...answer, headers: { ...answer.headers, ...headers } })).toEqual(
        [],
      );
    }
  });

  it.each<[string, Partial<Record<string, string | number>>]>([
    ['a traceId that is no decimal', { traceId: 'a3ce929d0e0e4736' }],
    ['a traceId that is a number', { traceId: 7 }],
    ['an errorMessage that is missing', { errorMessage: undefined }],
    ['an undocumented field', { status: 400 }],
  ])('openapi/magicline-v1.yaml tells %s from a right answer', (_what, change) => {
    const right = { errorMessage: 'x', errorCode: 'error.unexpected', traceId: '7' };
    const answer = (value: typeof right): WireResponse => ({
      ...goldenAnswer('update.json'),
      status: 500,
      body: { kind: 'json', value },
    });
    expect(judge.faults('getCustomer', answer(right))).toEqual([]);
    expect(judge.faults('getCustomer', answer(Object.assign({}, right, change)))).not.toEqual([]);
  });
});
