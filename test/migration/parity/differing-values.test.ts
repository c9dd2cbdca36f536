import { describe, expect, it } from '@jest/globals';
import { readDifferingValues } from '../../../src/migration/parity/differing-values.ts';
import type { WholeAnswer } from '../../../src/migration/upstream/read-answer.ts';

function answer(body: unknown): WholeAnswer {
  return {
    status: 200,
    rawHeaders: ['Content-Type', 'application/json', 'Vary', 'Origin'],
    statusText: 'OK',
    bytes: Buffer.from(JSON.stringify(body)),
  };
}

const TICKET = 'AQNvd24BoirZs225t67BBhPwkzdVuvBqLy4QrbZ1JZASThtGiIuLkh5eHWluc2lkZS1vd24';

describe('the values of a difference', () => {
  it('the values of a difference are those of both sides, by path', () => {
    const values = readDifferingValues(answer({ a: { b: [1, 2] } }), answer({ a: {} }), ['/a/b/*', 'status']);
    expect(values).toEqual({ '/a/b/*': ['1', '(absent)'], status: ['200', '200'] });
  });

  it('the values of a difference name no address by which a picture can be fetched', () => {
    const [, ours] = readDifferingValues(
      answer({}),
      answer({
        image: `https://pictures.example/images/d/${TICKET}`,
        list: [`https://pictures.example/a/${TICKET}/b.png?X-Amz-Signature=1`],
      }),
      ['/image', '/list'],
    )['/image'] ?? ['', ''];
    expect(ours).toBe('"https://pictures.example/images/d/…"');
    const values = readDifferingValues(answer({}), answer({ list: [`/a/${TICKET}/b.png?s=1`] }), ['/list']);
    expect(values['/list']?.[1]).toBe('["/a/…/b.png?…"]');
  });

  it('the values of a difference hold neither secrets nor what identifies people', () => {
    const body = { accessToken: 'abc', profile: { firstName: 'Ada', email: 'ada@example.com', size: 3 } };
    const values = readDifferingValues(answer({}), answer(body), ['/accessToken', '/profile']);
    expect(JSON.stringify(values)).not.toMatch(/abc|Ada|example/);
    expect(values['/profile']?.[1]).toContain('"size":3');
  });
});
