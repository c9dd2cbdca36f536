import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReceivedUpload, Sandbox } from '../../src/sandbox/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { aGif, aHollowHeic, aJpeg, aPng } from '../support/pictures.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ inbox: { uploads: 5 } });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

const NATIVE = { authorization: 'Bearer demo-native-key' };

function putImage(bytes: Buffer, headers: Record<string, string> = {}, url = sandbox.url): Promise<Response> {
  return fetch(`${url}/native/v1/subjects/ada/image`, {
    method: 'PUT',
    headers: { ...NATIVE, 'content-type': 'image/jpeg', ...headers },
    body: new Uint8Array(bytes),
  });
}

function patchTimbu(bytes: Buffer, name = 'portrait.jpg', type = 'image/jpeg'): Promise<Response> {
  const form = new FormData();
  form.append('note', 'from the tests');
  form.append('file', new File([new Uint8Array(bytes)], name, { type }));
  return fetch(`${sandbox.url}/users/image/upload`, {
    method: 'PATCH',
    headers: { authorization: 'Bearer demo-timbu-ada', 'user-agent': 'okhttp/4.12.0' },
    body: form,
  });
}

async function ask(
  path: string,
  init?: RequestInit,
): Promise<{ status: number; value: Record<string, unknown> }> {
  const answer = await fetch(`${sandbox.url}/_sandbox${path}`, init);
  return { status: answer.status, value: (await answer.json()) as Record<string, unknown> };
}

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

describe('the inbox over HTTP', () => {
  it('the inbox over HTTP finds uploads by what they are', async () => {
    await patchTimbu(await aJpeg());
    await putImage(await aPng());
    await putImage(Buffer.from('text'));
    const found = async (query: string) =>
      ((await ask(`/uploads?${query}`)).value.uploads as unknown[]).length;
    expect(await found('dialect=timbu')).toBe(1);
    expect(await found('subject=ada')).toBe(3);
    expect(await found('format=png')).toBe(1);
    expect(await found('fileName=portrait.jpg')).toBe(1);
    expect(await found('problem=unsupported-format')).toBe(1);
    expect(await found('status=200&method=put')).toBe(1);
    expect(await found('client=okhttp')).toBe(1);
  });

  it.each([
    ['dialct=timbu', 'there is no filter "dialct"; did you mean "dialect"?'],
    ['status=x', 'status: a number is wanted'],
    ['n=1&timeoutMs=soon', 'timeoutMs: a number is wanted'],
  ])('the inbox over HTTP refuses the filter %s', async (query, error) => {
    expect(await ask(`/uploads?${query}`)).toEqual({ status: 400, value: { error } });
  });

  it('the inbox over HTTP waits for the n-th upload', async () => {
    await putImage(await aJpeg());
    const waiting = ask('/uploads?n=2&timeoutMs=60000');
    await putImage(await aJpeg({ width: 50 }));
    expect((await waiting).value.uploads).toHaveLength(2);
    expect(await ask('/uploads?n=3&timeoutMs=50')).toMatchObject({
      status: 504,
      value: { error: '2 of 3 uploads came within 50 ms' },
    });
    await expect(sandbox.waitForUpload({ dialect: 'timbu' }, { timeoutMs: 50 })).rejects.toThrow(
      '0 of 1 uploads came within 50 ms',
    );
  });

  it('the inbox over HTTP gives the bytes back as they came, and a small copy', async () => {
    const photo = await aJpeg({ width: 900, height: 600, grain: 20 });
    await patchTimbu(photo);
    const [upload] = await sandbox.uploads();
    const base = `${sandbox.url}/_sandbox/uploads/${upload?.id}`;
    const picture = await fetch(`${base}/files/0`);
    expect(picture.headers.get('content-type')).toBe('image/jpeg');
    expect(Buffer.from(await picture.arrayBuffer()).equals(photo)).toBe(true);
    const thumbnail = await fetch(`${base}/files/0/thumbnail`);
    expect(thumbnail.headers.get('content-type')).toBe('image/jpeg');
    expect((await thumbnail.bytes()).length).toBeLessThan(photo.length);
    const raw = Buffer.from(await (await fetch(`${base}/request`)).arrayBuffer());
    expect(raw.toString('latin1')).toMatch(/^PATCH \/users\/image\/upload HTTP\/1\.1\r\n/);
    expect(raw.includes(photo)).toBe(true);
    const details = (await (await fetch(base)).json()) as { curl: string };
    expect(details.curl).toContain(`curl -i -X PATCH`);
    expect(details.curl).toContain(`'authorization: Bearer demo-timbu-ada'`);
  });

  it('the inbox over HTTP never serves what was sent as a page', async () => {
    const page = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    await putImage(page, { 'content-type': 'text/html' });
    const [upload] = await sandbox.uploads();
    const answer = await fetch(`${sandbox.url}/_sandbox/uploads/${upload?.id}/files/0`);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(answer.headers.get('content-security-policy')).toContain('sandbox');
    expect((await fetch(`${sandbox.url}/_sandbox/uploads/${upload?.id}/files/0/thumbnail`)).status).toBe(404);
  });

  it('the inbox over HTTP tells of each upload as it comes', async () => {
    const over = new AbortController();
    const events = await fetch(`${sandbox.url}/_sandbox/events`, { signal: over.signal });
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    await putImage(await aJpeg());
    const { value } = (await reader?.read()) ?? {};
    expect(value).toMatch(/^event: upload\ndata: \{"id":/);
    over.abort();
  });
});

describe('a question about a picture', () => {
  const tall = () => aJpeg({ width: 400, height: 300, orientation: 6, gps: true });

  it('a question about a picture is answered by the picture that was sent', async () => {
    await patchTimbu(await aJpeg({ width: 640, height: 480 }));
    const answer = await sandbox.findPicture({
      dialect: 'timbu',
      subject: 'ada',
      format: 'jpeg',
      maxSide: 640,
      width: 640,
      upright: true,
      withoutLocation: true,
      withoutMetadata: true,
      announcedTruly: true,
      looksLike: await aJpeg({ width: 320, height: 240, quality: 60 }),
    });
    expect(answer).toMatchObject({
      received: true,
      file: 0,
      message: expect.stringMatching(/^received: PATCH /),
    });
  });

  it('a question about a picture says each difference in words', async () => {
    await patchTimbu(await tall(), 'portrait.png', 'image/png');
    const answer = await sandbox.findPicture({
      dialect: 'timbu',
      format: 'png',
      maxSide: 256,
      upright: true,
      withoutLocation: true,
      announcedTruly: true,
      fileName: 'avatar.png',
      looksLike: await aJpeg({ width: 400, height: 300, motif: 'photograph' }),
    });
    expect(answer.received).toBe(false);
    expect(answer.message.split('\n')).toEqual([
      'of 1 received picture, the nearest differs: PATCH /users/image/upload · timbu uploadUserImage · subject ada · portrait.png (jpeg) · answered 200',
      '  fileName: avatar.png was asked for, portrait.png was sent',
      '  format: png was asked for, jpeg was sent',
      '  announcedTruly: true was asked for, image/png was announced and the bytes are image/jpeg',
      '  maxSide: 256 was asked for, it is 400 × 300',
      '  upright: true was asked for, its EXIF orientation is 6',
      '  withoutLocation: true was asked for, its metadata says where it was taken',
      expect.stringMatching(/^ {2}looksLike: the pictures differ by \d+\.\d % of their colours/),
    ]);
  });

  it('a question about a picture says why the picture was refused, or what came instead', async () => {
    await putImage((await aJpeg({ width: 400, height: 300, grain: 20 })).subarray(0, 4000));
    expect((await sandbox.findPicture({ dialect: 'native' })).message).toContain(
      'accepted: true was asked for, it was refused with 422: the picture cannot be decoded to its end',
    );
    expect((await sandbox.findPicture({ dialect: 'native', accepted: false })).received).toBe(true);
    expect((await sandbox.findPicture({ dialect: 'timbu' })).message).toMatch(
      /^no picture with dialect timbu was received\nwhat was received:\n {2}PUT /,
    );
  });

  it('a question about a picture waits where it is told to', async () => {
    const waiting = sandbox.findPicture({ format: 'png', waitMs: 60_000 });
    await putImage(await aJpeg());
    await putImage(await aPng());
    expect((await waiting).received).toBe(true);
    expect((await sandbox.findPicture({ format: 'gif', waitMs: 30 })).received).toBe(false);
  });

  it.each([
    [{ formt: 'png' }, '/formt: there is no such property; did you mean "format"?'],
    [{ format: 'jpg' }, '/format: must be one of jpeg, png, gif'],
    [{ maxSide: '20' }, '/maxSide must be integer'],
  ])('a question about a picture refuses the typing error in %j', async (question, message) => {
    await expect(sandbox.findPicture(question as object)).rejects.toThrow(`findPicture: ${message}`);
    const body = JSON.stringify(question);
    expect(await ask('/expect', { method: 'POST', body })).toEqual({
      status: 400,
      value: { error: expect.stringContaining(message) },
    });
  });

  it('a question about a picture is answered over HTTP, with the address of the picture', async () => {
    const photo = await tall();
    await patchTimbu(photo);
    const body = JSON.stringify({ upright: true, looksLike: photo.toString('base64') });
    const { value } = await ask('/expect', { method: 'POST', body });
    expect(value).toMatchObject({
      received: false,
      message: expect.stringContaining('upright: true was asked for'),
    });
    const picture = await fetch(`${sandbox.url}${String(value.picture)}`);
    expect(Buffer.from(await picture.arrayBuffer()).equals(photo)).toBe(true);
  });
});
