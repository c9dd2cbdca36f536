import { describe, expect, it } from '@jest/globals';
import capillary from '../../../dialects/capillary-v2/index.ts';
import { writeCustomer } from '../../../dialects/capillary-v2/write-customer.ts';
import { writeImageAdd } from '../../../dialects/capillary-v2/write-image-add.ts';
import { writeImageDelete } from '../../../dialects/capillary-v2/write-image-delete.ts';
import { writeToken } from '../../../dialects/capillary-v2/write-token.ts';
import type { WireResponse } from '../../../src/domain/index.ts';
import { judgeBy } from '../../support/dialects/document-judge.ts';
import { fixtureJson, problemRows } from '../../support/dialects/fixture.ts';
import { aHead, aRequestContext } from '../../support/dialects/request-context.ts';
import { aSubject } from '../../support/dialects/subject.ts';
import { aCustomerImage } from './customer-image.ts';
import { options } from './options.ts';

const judges = {
  documented: await judgeBy('capillary-v2', 'documented'),
  observed: await judgeBy('capillary-v2', 'observed'),
};
const judge = judges.documented;
const rows = problemRows('capillary-v2');
const subject = aSubject({ aliases: { 'capillary-v2': '565039505' } });
const images = [aCustomerImage({ url: 'https://images.example.com/images/d/AQ' })];
const added = { kind: 'images-put', subject, images, created: false } as const;

function goldenAnswer(name: string): WireResponse {
  const headers = { 'Content-Type': 'application/json; charset=UTF-8' };
  return { status: 200, headers, body: { kind: 'json', value: fixtureJson('capillary-v2', name) } };
}

describe('openapi/capillary-v2.yaml', () => {
  it('openapi/capillary-v2.yaml documents exactly the operations that are translated', () => {
    expect(judge.operations.map(({ operationId }) => operationId).sort()).toEqual(
      Object.keys(capillary.operations).sort(),
    );
  });

  it('openapi/capillary-v2.yaml hands out tokens under /v3 and answers everything else under /v2', () => {
    for (const { operationId, prefixes } of judge.operations) {
      expect({ operationId, prefixes }).toEqual({
        operationId,
        prefixes: [operationId === 'generateToken' ? '/v3' : '/v2'],
      });
    }
  });

  it.each([
    ['addCustomerImage', 'add.json'],
    ['addCustomerImageByIdentifier', 'add.json'],
    ['getCustomer', 'customer.json'],
    ['getCustomerImage', 'customer.json'],
    ['getCustomer', 'customer-not-embedded.json'],
    ['getCustomer', 'customer-without-image.json'],
    ['getCustomer', 'customer-unknown-person.json'],
    ['deleteCustomerImage', 'delete.json'],
    ['generateToken', 'token.json'],
  ])('%s: the document describes %s', (operationId, name) => {
    expect(judge.faults(operationId, goldenAnswer(name))).toEqual([]);
  });

  describe.each(['documented', 'observed'] as const)('%s', (profile) => {
    const context = aRequestContext(options, {
      profile,
      request: aHead({ query: { embed: ['CUSTOMERIMAGE'], source: ['INSTORE'] } }),
    });
    const read = { kind: 'subject-read', subject, images } as const;

    it.each<[string, WireResponse]>([
      ['addCustomerImage', writeImageAdd(added, context)],
      ['addCustomerImageByIdentifier', writeImageAdd(added, context)],
      ['getCustomer', writeCustomer(read, context)],
      ['getCustomerImage', writeCustomer({ ...read, images: [] }, context)],
      ['deleteCustomerImage', writeImageDelete({ kind: 'images-deleted', subject, slots: [0] })],
      ['generateToken', writeToken({ kind: 'token-issued', accessToken: 'a.b.c', ttlSeconds: 300 })],
    ])('the document describes the success of %s', (operationId, answer) => {
      expect(judges[profile].faults(operationId, answer)).toEqual([]);
    });

    it.each(Object.keys(capillary.operations))(
      'the document describes every problem of %s',
      (operationId) => {
        const request = aHead({ operationId });
        for (const { problem } of rows) {
          const answer = capillary.renderProblem(problem, { ...context, request });
          expect({ problem, faults: judges[profile].faults(operationId, answer) }).toEqual({
            problem,
            faults: [],
          });
        }
      },
    );
  });

  it.each<[string, string]>([
    ['a number for fileSize', '"fileSize":"18039"|"fileSize":18039'],
    ['a missing fileHandle', '"fileHandle":"01a24b35-f1fa-4dc3-bbce-ab9bc5094e2c",|'],
    ['a version that counts', '"version":-1|"version":2'],
    ['a boolean status', '"status":"true"|"status":true'],
    ['an ISO date', '2025-04-21 03:01:43|2025-04-21T03:01:43Z'],
    ['an undocumented field', '"acl":"PRIVATE"|"acl":"PRIVATE","width":1'],
    ['another namespace', '"namespace":"customerImage"|"namespace":"images"'],
    ['a name without slot', '100737/565039505/0|100737/565039505'],
    ['an error beside a success', '"errors":[]|"errors":[{"status":false,"code":1,"message":""}]'],
  ])('openapi/capillary-v2.yaml tells %s from the vendor sample', (_what, change) => {
    const [from = '', to = ''] = change.split('|');
    const text = JSON.stringify(fixtureJson('capillary-v2', 'add.json'));
    expect(text).toContain(from);
    const wrong = {
      ...goldenAnswer('add.json'),
      body: { kind: 'json', value: JSON.parse(text.replace(from, to)) },
    } as const;
    expect(judge.faults('addCustomerImage', wrong)).not.toEqual([]);
  });
});
