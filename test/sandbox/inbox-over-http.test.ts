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
