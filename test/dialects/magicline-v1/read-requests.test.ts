import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { customerInPath } from '../../../dialects/magicline-v1/customer-of-request.ts';
import magicline from '../../../dialects/magicline-v1/index.ts';
import { ProblemError } from '../../../src/domain/index.ts';
import { aHead, aRequest, aRequestContext } from '../../support/dialects/request-context.ts';
import { anUpload } from '../../support/dialects/subject.ts';
import { options } from './options.ts';

const context = aRequestContext(options);
const params = { customerId: '1002' };
const customer = { kind: 'alias', id: '1002' };
const { updateImage, getCustomer, checkKey } = magicline.operations;

describe('the customer in the path', () => {
  it('the customer in the path is any positive int64, to its last digit', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 63n - 1n), (id) => {
        expect(customerInPath(aHead({ params: { customerId: String(id) } }))).toEqual({
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
      fc.property(others, (customerId) => {
        expect(() => customerInPath(aHead({ params: { customerId } }))).toThrow(
          new ProblemError({
            kind: 'invalid-parameter',
            name: 'customerId',
            value: customerId,
            location: 'path',
          }),
        );
      }),
    );
  });
});

describe('commands', () => {
  it('v1 puts the image into slot 0', () => {
    const upload = anUpload({ fieldName: 'image' });
    const request = aRequest({ params, uploads: [upload] });
    expect(updateImage?.subject?.(request, context)).toEqual(customer);
    expect(updateImage?.read(request, context)).toEqual({
      kind: 'put-images',
      subject: customer,
      images: [{ slot: 0, upload }],
    });
  });

  it('v1 misses the image where there is none', () => {
    expect(() => updateImage?.read(aRequest({ params }), context)).toThrow(
      new ProblemError({ kind: 'file-missing', field: 'image' }),
    );
  });

  it('v1 reads the customer with the image', () => {
    expect(getCustomer?.subject?.(aRequest({ params }), context)).toEqual(customer);
    expect(getCustomer?.read(aRequest({ params }), context)).toEqual({
      kind: 'read-subject',
      subject: customer,
      images: true,
    });
  });

  it('v1 checks a key and nothing else', () => {
    expect(checkKey).not.toHaveProperty('subject');
    expect(checkKey?.read(aRequest({ params: { anyPath: 'a/b' } }), context)).toEqual({
      kind: 'check-credential',
    });
    expect(checkKey?.access).toEqual({ kind: 'credential' });
  });
});
