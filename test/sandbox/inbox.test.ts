import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReceivedUpload, Sandbox } from '../../src/sandbox/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { aGif, aHollowHeic, aJpeg, aPng } from '../support/pictures.ts';
import { createInboxClient, NATIVE } from './inbox-client.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ inbox: { uploads: 5 } });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

const { putImage, patchTimbu, ask } = createInboxClient(() => sandbox.url);

describe('an upload in the inbox', () => {
  it('the inbox says everything of a form and its file', async () => {
    const photo = await aJpeg({ width: 300, height: 200, orientation: 6, gps: true });
    expect((await patchTimbu(photo)).status).toBe(200);
    const [upload, ...more] = await sandbox.uploads();
    expect(more).toEqual([]);
    expect(upload).toMatchObject({
      dialect: 'timbu',
      operationId: 'uploadUserImage',
      method: 'PATCH',
      target: '/users/image/upload',
      subject: 'ada',
      person: 'ada',
      credentialId: 'timbu-ada',
      client: 'okhttp',
      userAgent: 'okhttp/4.12.0',
      fields: [{ name: 'note', value: 'from the tests' }],
      files: [
        {
          part: 'file',
          fileName: 'portrait.jpg',
          announcedType: 'image/jpeg',
          detectedType: 'image/jpeg',
          format: 'jpeg',
          bytes: photo.length,
          sha256: createHash('sha256').update(photo).digest('hex'),
          whole: true,
          picture: {
            width: 300,
            height: 200,
            orientation: 6,
            colourSpace: 'srgb',
            frames: 1,
            exif: true,
            location: true,
          },
        },
      ],
      response: { status: 200, headers: { 'content-type': expect.stringContaining('json') } },
    });
    expect(upload?.refusal).toBeUndefined();
    expect(upload?.body.boundary).toBeDefined();
    expect(JSON.parse(upload?.response.body ?? '')).toHaveProperty('data.profile_image');
  });

  it('the inbox tells a length from chunks, and a raw body from a form', async () => {
    const picture = await aPng({ width: 30, height: 20 });
    await putImage(picture, { 'content-type': 'image/png' });
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(picture));
        controller.close();
      },
    });
    await fetch(`${sandbox.url}/native/v1/subjects/ada/image`, {
      method: 'PUT',
      headers: NATIVE,
      body,
      duplex: 'half',
    } as RequestInit);
    const uploads = await sandbox.uploads({ format: 'png' });
    expect(uploads.map(({ body: { framing, announcedBytes } }) => [framing, announcedBytes])).toEqual([
      ['length', picture.length],
      ['chunked', undefined],
    ]);
    expect(uploads.map(({ files }) => files[0]?.part)).toEqual([undefined, undefined]);
  });

  it('the inbox counts frames, and knows formats that have no decoder', async () => {
    await putImage(await aGif({ frames: 3 }));
    await putImage(aHollowHeic());
    const [animation, heic] = await sandbox.uploads();
    expect(animation?.files[0]).toMatchObject({
      announcedType: 'image/jpeg',
      detectedType: 'image/gif',
      picture: { frames: 3 },
    });
    expect(heic?.files[0]).toMatchObject({ format: 'heic' });
    expect(heic?.files[0]?.picture).toBeUndefined();
  });

  it('the inbox keeps the newest, and says how many it gave up', async () => {
    for (let n = 1; n <= 7; n += 1) await putImage(await aJpeg({ width: 20 + n, height: 10 }));
    const { value } = await ask('/uploads');
    expect(value.dropped).toBe(2);
    expect((value.uploads as ReceivedUpload[]).map(({ files }) => files[0]?.picture?.width)).toEqual([
      23, 24, 25, 26, 27,
    ]);
  });

  it('an upload is gone after the inbox was cleared', async () => {
    await putImage(await aJpeg());
    expect((await fetch(`${sandbox.url}/_sandbox/uploads`, { method: 'DELETE' })).status).toBe(204);
    expect(await sandbox.uploads()).toEqual([]);
  });
});

describe('a refused upload in the inbox', () => {
  it.each([
    [
      'a text for a picture',
      () => patchTimbu(Buffer.from('no picture'), 'a.jpg'),
      {
        problem: 'unsupported-format',
        rule: 'the bytes are no picture',
        place: '/paths/~1users~1image~1upload/patch/requestBody',
        accepted: expect.stringContaining('jpeg'),
      },
    ],
    [
      'a cut off picture',
      async () => putImage((await aJpeg({ width: 400, height: 300, grain: 20 })).subarray(0, 4000)),
      {
        problem: 'corrupt-image',
        rule: 'the picture cannot be decoded to its end',
        place: expect.stringMatching(/\/requestBody$/),
      },
    ],
    [
      'a form without a file',
      () => {
        const form = new FormData();
        form.append('file', 'text');
        return fetch(`${sandbox.url}/users/image/upload`, {
          method: 'PATCH',
          headers: { authorization: 'Bearer demo-timbu-ada' },
          body: form,
        });
      },
      {
        problem: 'file-missing',
        accepted: expect.stringMatching(/^one file in .* of a form, up to [\d,]+ bytes, /),
      },
    ],
    [
      'a wrong credential',
      async () => putImage(await aJpeg(), { authorization: 'Bearer nobody' }),
      {
        problem: 'unauthenticated',
        rule: 'the credential is not known',
        place: '/security',
        accepted: 'Authorization: Bearer',
      },
    ],
    [
      'somebody who is not there',
      async () =>
        fetch(`${sandbox.url}/native/v1/subjects/nobody/image`, {
          method: 'PUT',
          headers: NATIVE,
          body: new Uint8Array(await aJpeg()),
        }),
      { problem: 'subject-not-found', accepted: 'one of tom, ada, third, edgar, jane, john' },
    ],
    [
      'a path that no document has',
      async () =>
        fetch(`${sandbox.url}/native/v1/subject/ada/image`, {
          method: 'PUT',
          headers: NATIVE,
          body: new Uint8Array(await aJpeg()),
        }),
      {
        problem: 'route-not-found',
        rule: 'no document has this path',
        accepted: expect.stringContaining('PUT /native/v1/subjects/{'),
      },
    ],
    [
      'a method that the path does not take',
      async () =>
        fetch(`${sandbox.url}/native/v1/subjects/ada/image`, {
          method: 'POST',
          headers: NATIVE,
          body: new Uint8Array(await aJpeg()),
        }),
      { problem: 'method-not-allowed', accepted: expect.stringContaining('PUT') },
    ],
  ])(
    'a refused upload in the inbox says why %s was refused, where that is written and what would have been accepted',
    async (_what, send, refusal) => {
      const answer = await send();
      const [upload] = await sandbox.uploads();
      expect(upload?.response.status).toBe(answer.status);
      expect(upload?.refusal).toMatchObject(refusal);
    },
  );

  it('a refused upload in the inbox points into the document that is served', async () => {
    await patchTimbu(Buffer.from('no picture'));
    const [upload] = await sandbox.uploads();
    let node: unknown = await (await fetch(`${sandbox.url}/openapi/timbu.json`)).json();
    for (const step of upload?.refusal?.place.split('/').slice(1) ?? []) {
      node = (node as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    expect(node).toHaveProperty('content');
  });

  it('a refused upload in the inbox shows the parts of a form that broke off', async () => {
    const photo = await aJpeg();
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    const form = `--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`;
    socket.write(
      `PATCH /users/image/upload HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer demo-timbu-ada\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000\r\n\r\n${form}`,
    );
    await new Promise((resolve) => socket.write(photo.subarray(0, 500), resolve));
    socket.end();
    const upload = await sandbox.waitForUpload();
    expect(upload).toMatchObject({ files: [{ fileName: 'a.jpg', bytes: 500, whole: false }] });
    socket.destroy();
  });
});
