import { describe, expect, it } from '@jest/globals';
import { chooseLanguage } from '../../../dialects/magicline-v1/messages/choose-language.ts';
import { de } from '../../../dialects/magicline-v1/messages/de.ts';
import { en } from '../../../dialects/magicline-v1/messages/en.ts';
import { renderProblem } from '../../../dialects/magicline-v1/render-problem.ts';
import { datadogTraceId } from '../../../dialects/magicline-v1/trace-id.ts';
import { bodyText, problemRows } from '../../support/dialects/fixture.ts';
import { describeProblemTable } from '../../support/dialects/problem-table.ts';
import { aHead, aRequestContext } from '../../support/dialects/request-context.ts';
import { options } from './options.ts';

const rows = problemRows('magicline-v1');

describeProblemTable(rows, renderProblem, (profile) => aRequestContext(options, { profile }));

/** The 17 types of the vendor's page. */
const ARGUMENT_TYPES =
  'TIMESTAMP BOOLEAN DATE MONTH_DAY TIME TERM TERM_LIST INTEGER DECIMAL STRING MONEY LIMITABLE_CONFIG_PROPERTY I18N_KEY I18N_KEY_LIST PERMISSION_LIST ENUM AVAILABILITY_LIST'.split(
    ' ',
  );

interface ErrorBody {
  readonly errorMessage: string;
  readonly args?: readonly { readonly value: unknown }[];
  readonly typedArgs?: readonly { readonly value: unknown; readonly type: string }[];
}

describe('the error body', () => {
  it.each(rows)('the error body has its keys in the order of the page: $problem', ({ body }) => {
    const order = ['errorMessage', 'errorCode', 'traceId', 'args', 'typedArgs', 'reference'];
    const keys = Object.keys(JSON.parse(body) as object);
    expect(keys).toEqual(order.filter((key) => keys.includes(key)));
    expect(keys).toEqual(expect.arrayContaining(['errorMessage', 'errorCode', 'traceId']));
  });

  it('the error body has typed arguments of the types of the page, and the same untyped', () => {
    for (const { body } of rows) {
      const { args, typedArgs } = JSON.parse(body) as ErrorBody;
      expect(typedArgs?.map(({ value }) => ({ value }))).toEqual(args);
      for (const { type } of typedArgs ?? []) expect(ARGUMENT_TYPES).toContain(type);
    }
  });

  it('the error body says a size limit of the settings as an INTEGER', () => {
    const answer = renderProblem({ kind: 'file-too-large', limitBytes: 1000 }, aRequestContext(options));
    expect(JSON.parse(bodyText(answer))).toMatchObject({
      errorMessage: 'Validation of the request failed. The image is larger than 1000 bytes.',
      typedArgs: [{ value: 1000, type: 'INTEGER' }],
    });
  });
});

describe('traceId', () => {
  it.each([
    ['4bf92f3577b34da6a3ce929d0e0e4736', '11803532876627986230'],
    ['ffffffffffffffffffffffffffffffff', '18446744073709551615'],
    ['0123456789abcdef0000000000000001', '1'],
  ])('traceId is the low half of %s in decimal', (traceId, decimal) => {
    expect(datadogTraceId(traceId)).toBe(decimal);
  });
});

describe('languages', () => {
  it.each([
    [undefined, en],
    ['', en],
    ['en-GB,en;q=0.9', en],
    ['de', de],
    ['de-AT', de],
    ['DE-ch;q=0.8, fr', de],
    ['fr, *', en],
    ['en;q=0.5, de;q=0.7', de],
    ['de;q=0, en', en],
    ['de;q=0', en],
    ['constructor, __proto__', en],
    [';;;,,,q=', en],
  ])('v1 answers in the language that Accept-Language %j asks for', (header, messages) => {
    expect(chooseLanguage(header)).toBe(messages);
  });

  it('languages fill in the same arguments', () => {
    const argumentsIn = (text: string) => [...text.matchAll(/\{\d\}/g)].map(String).sort();
    for (const [key, text] of Object.entries(en)) {
      expect({ key, has: argumentsIn(de[key as keyof typeof de]) }).toEqual({ key, has: argumentsIn(text) });
    }
  });

  it('languages change the message and nothing else', () => {
    const request = aHead({ headers: { 'accept-language': 'de' } });
    for (const { problem, status, body } of rows) {
      const german = renderProblem(problem, aRequestContext(options, { request }));
      const { errorMessage, ...rest } = JSON.parse(bodyText(german)) as ErrorBody;
      const { errorMessage: english, ...restInEnglish } = JSON.parse(body) as ErrorBody;
      expect(german.status).toBe(status);
      expect(rest).toEqual(restInEnglish);
      expect(errorMessage).not.toBe(english);
      expect(errorMessage).not.toMatch(/\{\d\}/);
    }
  });
});
