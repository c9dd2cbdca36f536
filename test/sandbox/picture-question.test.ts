import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { aJpeg, aPng } from '../support/pictures.ts';
import { createInboxClient } from './inbox-client.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ inbox: { uploads: 5 } });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

const { putImage, patchTimbu, ask } = createInboxClient(() => sandbox.url);

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
