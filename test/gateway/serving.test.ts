import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aPng } from '../support/pictures.ts';
import { type RunningGateway, startGateway } from './support/start-gateway.ts';

let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

const WRITER = { 'x-plain-key': 'plain-writer-key' };

describe('an upload', () => {
  it('an upload is stored, answered, and readable through the dialect and through its link', async () => {
    const png = await aPng({ width: 40, height: 30 });
    const form = new FormData();
    form.append('PHOTO', new Blob([new Uint8Array(png)]), 'face.png');
    const put = await fetch(`${gateway.url}/plain/v1/people/ada/pictures`, {
      method: 'PUT',
      headers: WRITER,
      body: form,
    });
    expect([put.status, await put.clone().text()]).toEqual([200, expect.anything()]);
    const [stored] = (await put.json()) as { bytes: number; url: string; fileName: string }[];
    expect(stored).toMatchObject({ bytes: png.length, fileName: 'face.png' });
    const picture = await fetch(stored?.url ?? '');
    expect(picture.status).toBe(200);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(Number(picture.headers.get('content-length'))).toBe((await picture.arrayBuffer()).byteLength);
    const raw = await fetch(`${gateway.url}/people/ada/face`, {
      method: 'POST',
      headers: { authorization: 'Bearer bare-ada-token', 'content-type': 'application/json' },
      body: new Uint8Array(png),
    });
    expect([raw.status, await raw.json()]).toEqual([200, [{ bytes: png.length }]]);
    expect(await gateway.spooled()).toEqual([]);
  });
});
