import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aJpeg } from '../support/pictures.ts';
import { faultsOf } from './admin-document.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';

let admin: AdminGateway;
beforeAll(async () => {
  admin = await startAdminGateway();
  const form = new FormData();
  form.append('image', new Blob([new Uint8Array(await aJpeg({ width: 40, height: 30 }))]), 'a.jpg');
  const response = await fetch(`${admin.gateway.url}/v1/customers/1002/images`, {
    method: 'PUT',
    headers: { 'x-api-key': 'demo-v1-key' },
    body: form,
  });
  await response.arrayBuffer();
});
afterAll(() => admin.gateway.stop());

describe('the admin API explains', () => {
  it('a request is explained with what is in the store, and changes nothing there', async () => {
    const person = async () =>
      JSON.stringify((await admin.call('GET', '/people?find=ada', { token: admin.tokens.read })).body);
    const explain = async (head: string, content: Uint8Array = new Uint8Array()) => {
      const request = Buffer.concat([Buffer.from(`${head}\n\n`), content]).toString('base64');
      const { status, body } = await admin.call('POST', '/explain', {
        token: admin.tokens.operate,
        body: { request },
      });
      expect([status, faultsOf('Explanation', body)]).toEqual([200, []]);
      return body;
    };
    const before = await person();
    const key = (
      await admin.call('POST', '/keys', {
        token: admin.tokens.admin,
        body: { tenant: 'demo', dialect: 'magicline-v1' },
      })
    ).body as { id: string; secret: string };
    // A key and a picture that the settings do not know.
    expect(await explain(`GET /v1/customers/1002\nX-Api-Key: ${key.secret}`)).toMatchObject({
      request: expect.stringContaining('X-Api-Key: •••'),
      report: { status: 200, dialect: 'magicline-v1', tenant: 'demo' },
      command: { kind: 'read-subject' },
      outcome: { kind: 'subject-read', images: [{ image: { slot: 0 } }] },
    });
    const upload = 'POST /2.0/users/48569348493401201/profileimage\nAuthorization: Bearer';
    const picture = await aJpeg({ width: 50, height: 50 });
    expect(await explain(`${upload} demo-smartsheet-admin\nContent-Type: image/jpeg`, picture)).toMatchObject(
      {
        report: { status: 200 },
        outcome: { kind: 'images-put' },
        response: expect.stringContaining('"message":"SUCCESS"'),
      },
    );
    expect(await explain(`${upload} nobody`)).toMatchObject({
      report: { status: 401, refusal: 'unauthenticated: reason invalid' },
      problem: { kind: 'unauthenticated' },
    });
    expect(await person()).toBe(before);
  });

  it.each(['', 'no base64!', undefined])('a request to explain that is %j is refused', async (request) => {
    const { status } = await admin.call('POST', '/explain', {
      token: admin.tokens.operate,
      body: { request },
    });
    expect(status).toBe(400);
  });
});
