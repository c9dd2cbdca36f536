import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inspectPicture } from '../../src/conformance/pictures/inspect-picture.ts';
import type { Settings, TenantSettings } from '../../src/settings/settings.ts';
import { DEMO_CLIENTS, type DemoClient, fixture, form } from '../contract/demo-clients.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

const [capillary, v1, smartsheet] = DEMO_CLIENTS;
if (!capillary || !v1 || !smartsheet) throw new Error('three dialects are expected');

const OPTIONS: TenantSettings['dialects'] = {
  'capillary-v2': { options: { orgId: '100737', originals: 'exact', maxImages: 2 } },
  smartsheet: { options: { customSize: 400 } },
};
/** Options of the dialect and not of the tenant, because a caller without a key has no tenant. */
const DEPRECATION = {
  deprecatedSince: '2026-01-01T00:00:00Z',
  sunsetAt: '2027-06-30T23:59:59Z',
  successor: 'https://api.example.com/v2/images',
};
const OTHER_V1 = { 'x-api-key': 'demo-other-v1-key' };
const OTHER_SMARTSHEET = { authorization: 'Bearer demo-other-smartsheet' };

let gateway: DemoGateway;
let camera: Buffer;

beforeAll(async () => {
  gateway = await startDemoGateway(withChoices);
  camera = await fixture('camera.jpg');
});
afterAll(() => gateway.stop());

function withChoices(demo: Settings): Settings {
  const { 'magicline-v1': deprecated, ...others } = demo.dialects;
  if (!deprecated) throw new Error('the demo does not speak v1');
  return {
    ...demo,
    dialects: { ...others, 'magicline-v1': { ...deprecated, options: DEPRECATION } },
    tenants: demo.tenants.map((tenant) =>
      tenant.id === 'demo' ? { ...tenant, dialects: OPTIONS } : { ...tenant, strictSubjects: false },
    ),
  };
}

const ask = (path: string, init?: RequestInit) => fetch(`${gateway.url}${path}`, init);

async function download(address: string | undefined): Promise<Buffer> {
  const answer = await fetch(address ?? 'no address');
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

describe('a tenant with options of its own', () => {
  it('a tenant with options of its own gets Smartsheet squares of its custom size, and no other tenant does', async () => {
    const own = await smartsheet.upload(gateway.url, camera, 'IMG_0001.jpg');
    expect(await own.text()).toContain('"height":400,"width":400');
    const square = inspectPicture(await download(await smartsheet.address(gateway.url)));
    expect(square).toMatchObject({ width: 400, height: 400 });
    const others = await ask('/2.0/users/99000000000000001/profileimage', {
      method: 'POST',
      headers: OTHER_SMARTSHEET,
      body: new Uint8Array(camera),
    });
    expect(await others.text()).toContain('"height":1050,"width":1050');
  });

  it('a tenant with options of its own gets the uploaded bytes back through Capillary where it wants them exact', async () => {
    expect((await capillary.upload(gateway.url, camera, 'IMG_0001.jpg')).status).toBe(200);
    expect((await download(await capillary.address(gateway.url))).equals(camera)).toBe(true);
  });

  it('a tenant with options of its own holds Capillary to fewer images where it wants fewer', async () => {
    const { method, path, headers } = capillary.uploading;
    const body = form('FILE', camera, '1.jpg');
    for (const name of ['2.jpg', '3.jpg']) body.append('FILE', new Blob([new Uint8Array(camera)]), name);
    const answer = await ask(path, { method, headers, body });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('"message":"Max image per user is 2"'),
    ]);
    const beyond = await ask('/v2/customers/565039506/deleteImage?image_ids=2', {
      method: 'DELETE',
      headers,
    });
    expect([beyond.status, await beyond.text()]).toEqual([400, expect.stringContaining('"code":400')]);
  });
});

describe('the deprecated v1 update', () => {
  it.each([
    ['taken', v1, 200],
    ['refused', anonymous(v1), 401],
    ['for nobody', elsewhere(v1), 404],
  ])('the deprecated v1 update says that it is deprecated, where it is %s', async (_what, client, status) => {
    const answer = await client.upload(gateway.url, camera, 'IMG_0001.jpg');
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      deprecation: '@1767225600',
      sunset: 'Wed, 30 Jun 2027 23:59:59 GMT',
      link: '<https://api.example.com/v2/images>; rel="successor-version"',
    });
  });

  it('the deprecated v1 update says nothing of the kind on a read', async () => {
    const { headers, status } = await ask('/v1/customers/1002', { headers: v1.uploading.headers });
    expect([status, headers.get('deprecation'), headers.get('sunset'), headers.get('link')]).toEqual([
      200,
      null,
      null,
      null,
    ]);
  });
});

describe('a tenant whose people are not listed', () => {
  const update = (id: string) =>
    ask(`/v1/customers/${id}/images`, {
      method: 'PUT',
      headers: OTHER_V1,
      body: form('image', camera, 'IMG_0001.jpg'),
    });

  it('a tenant whose people are not listed gets a person for each id that a picture is uploaded for', async () => {
    const put = await update('424242');
    expect(put.status).toBe(200);
    const { imageUrl } = (await put.json()) as { imageUrl: string };
    expect(inspectPicture(await download(imageUrl))).toMatchObject({ width: 900, height: 1200 });
    const read = await ask('/v1/customers/424242', { headers: OTHER_V1 });
    expect([read.status, await read.json()]).toEqual([
      200,
      {
        id: 424242,
        firstName: '',
        lastName: '',
        status: 'MEMBER',
        accessRefusal: false,
        imageUrl: expect.any(String),
      },
    ]);
  });

  it('a tenant whose people are not listed still refuses malformed ids', async () => {
    expect((await update('nobody')).status).toBe(400);
  });

  it('a tenant whose people are not listed keeps ids of different dialects apart', async () => {
    await update('515151');
    const read = await ask('/2.0/users/515151', { headers: OTHER_SMARTSHEET });
    expect(await read.text()).not.toContain('imageId');
  });

  it('a tenant whose people are not listed does not open other tenants', async () => {
    expect((await elsewhere(v1).upload(gateway.url, camera, 'IMG_0001.jpg')).status).toBe(404);
  });
});

function anonymous(client: DemoClient): Pick<DemoClient, 'upload'> {
  return sentAs(client, client.uploading.path, {});
}

function elsewhere(client: DemoClient): Pick<DemoClient, 'upload'> {
  return sentAs(client, '/v1/customers/7777/images', client.uploading.headers);
}

function sentAs(
  { uploading }: DemoClient,
  path: string,
  headers: Readonly<Record<string, string>>,
): Pick<DemoClient, 'upload'> {
  const { method, field = 'file' } = uploading;
  return {
    upload: (url, picture, fileName) =>
      fetch(`${url}${path}`, { method, headers, body: form(field, picture, fileName) }),
  };
}
