import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DemoGateway, startDemoGateway } from '../../support/start-gateway.ts';

let gateway: DemoGateway;
beforeAll(async () => {
  gateway = await startDemoGateway();
});
afterAll(() => gateway.stop());

async function answerTo(body: string): Promise<unknown> {
  const response = await fetch(`${gateway.url}/2.0/imageurls`, {
    method: 'POST',
    headers: { authorization: 'Bearer demo-smartsheet-jane', 'content-type': 'application/json' },
    body,
  });
  return { status: response.status, ...((await response.json()) as object) };
}

const invalid = (value: string, name: string) => ({
  status: 400,
  errorCode: 1018,
  message: `The value ${value} was not valid for the parameter ${name}.`,
});

describe('imageurls', () => {
  it.each([
    ['a number for an item', '[5]', invalid('5', 'body')],
    ['an item without its id', '[{}]', invalid('null', 'imageId')],
    ['a number for an id', '[{"imageId":"x"},{"imageId":5}]', invalid('5', 'imageId')],
    ['an object for an id', '[{"imageId":{"a":1}}]', invalid('{"a":1}', 'imageId')],
    ['no height at all', '[{"imageId":"x","height":0}]', invalid('0', 'height')],
    ['a word for a height', '[{"imageId":"x","height":"tall"}]', invalid('tall', 'height')],
    ['a list for a width', '[{"imageId":"x","width":[[1]]}]', invalid('[[1]]', 'width')],
    ['no list', '{"imageId":"x"}', invalid('{"imageId":"x"}', 'body')],
    ['null', 'null', invalid('null', 'body')],
  ])('POST /imageurls names the value and the attribute: %s', async (_name, body, expected) => {
    expect(await answerTo(body)).toMatchObject(expected);
  });

  it('POST /imageurls repeats no more than the beginning of a long value', async () => {
    const { message } = (await answerTo(`[{"imageId":["${'x'.repeat(5_000)}"]}]`)) as { message: string };
    expect(message.length).toBeLessThan(200);
  });

  it.each([
    ['cut off', '[{"imageId":'],
    ['no JSON', 'imageId=x'],
    ['nested 120,000 levels deep', '['.repeat(120_000) + ']'.repeat(120_000)],
    ['too long', `["${'x'.repeat(300_000)}"]`],
  ])('POST /imageurls answers 1008 to a list that is %s', async (_name, body) => {
    expect(await answerTo(body)).toMatchObject({ status: 400, errorCode: 1008 });
  });

  it.each(['height', 'width'])('POST /imageurls takes no infinite %s', async (name) => {
    expect(await answerTo(`[{"imageId":"x","${name}":1e999}]`)).toMatchObject({ status: 400 });
  });

  it('POST /imageurls wants a body', async () => {
    expect(await answerTo('')).toMatchObject({ status: 400, errorCode: 1024 });
  });
});
