import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { createClientFamilies } from '../../src/census/client-family.ts';
import { readCensus } from '../../src/census/read-census.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { aJpeg } from '../support/pictures.ts';

describe('a client family', () => {
  it.each([
    ['curl/8.14.1', 'curl'],
    ['python-requests/2.32.0', 'python-requests'],
    ['Smartsheet-CSharp-SDK 2.0', 'smartsheet-csharp-sdk'],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/143.0', 'browser'],
    ['Java/17.0.2', 'java'],
    ['(unknown)', 'other'],
    [undefined, 'none'],
  ])('of %s is %s', (userAgent, family) => {
    expect(createClientFamilies()(userAgent)).toBe(family);
  });

  it('is one of a hundred at most, whatever callers make up', () => {
    const familyOf = createClientFamilies();
    const families = new Set(Array.from({ length: 500 }, (_, index) => familyOf(`agent${index}/1`)));
    expect(families.size).toBe(101);
    expect(familyOf('agent0/2')).toBe('agent0');
  });
});

describe('the census', () => {
  it('shows who still calls the deprecated update, with what, and how often', async () => {
    const sandbox = await startSandbox({ clock: new Date('2026-05-06T07:08:09Z') });
    await update(sandbox, 'demo-v1-key');
    await update(sandbox, 'demo-v1-key');
    await update(sandbox, 'demo-v1-readonly');
    await fetch(`${sandbox.url}/2.0/imageurls`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer demo-smartsheet-jane',
        'content-type': 'application/json',
        'user-agent': 'sdk/1',
      },
      body: JSON.stringify([{ imageId: 'u!', width: 20, invented: true }]),
    });
    const rows = readCensus([await (await fetch(`${sandbox.url}/metrics`)).text()]);
    expect(rows).toEqual([
      {
        dialect: 'magicline-v1',
        operation: 'updateImage',
        deprecated: true,
        tenant: 'demo',
        credential: 'v1',
        client: 'old-app',
        calls: 2,
        lastCallAt: '2026-05-06T07:08:09.000Z',
        fields: { 'part:image': 2, 'header:Accept-Language': 2 },
      },
      expect.objectContaining({ operation: 'updateImage', credential: 'v1-readonly', calls: 1, fields: {} }),
      expect.objectContaining({
        operation: 'listImageUrls',
        deprecated: false,
        client: 'sdk',
        fields: { 'json:imageId': 1, 'json:width': 1 },
      }),
    ]);
    await sandbox.stop();
  });

  it('adds up the gateways that it asks', () => {
    const one = 'polyface_census_calls_total{dialect="a",operation="b",client="say \\"hi\\""} 2\n';
    expect(readCensus([one, one])).toEqual([expect.objectContaining({ calls: 4, client: 'say "hi"' })]);
  });

  it('is printed by polyface census', async () => {
    const sandbox = await startSandbox();
    await update(sandbox, 'demo-v1-key');
    const child = promisify(execFile)(process.execPath, [
      'src/cli/polyface.ts',
      'census',
      '--deprecated',
      '--url',
      sandbox.url,
    ]);
    const { stdout } = await child;
    await sandbox.stop();
    expect(stdout).toMatch(/magicline-v1 updateImage +DEPRECATED +demo +v1 +old-app +1 /);
  });

  it.each([
    [
      'where nobody listens',
      'http://127.0.0.1:9',
      /^polyface: http:\/\/127\.0\.0\.1:9\/metrics: no gateway answers.*--url\n$/,
    ],
    ['at what is no address', 'gateway-1', /^polyface: --url: gateway-1 is no address, e\.g\. http:.*\n$/],
  ])('says what it looked for %s', async (_where, url, line) => {
    const child = promisify(execFile)(process.execPath, ['src/cli/polyface.ts', 'census', '--url', url]);
    await expect(child).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(line) });
  });

  async function update(sandbox: Sandbox, key: string): Promise<void> {
    const form = new FormData();
    form.append('image', new Blob([new Uint8Array(await aJpeg({ width: 20, height: 20 }))]), 'a.jpg');
    await fetch(`${sandbox.url}/v1/customers/1002/images`, {
      method: 'PUT',
      headers: { 'x-api-key': key, 'user-agent': 'old-app/1.2', 'accept-language': 'de' },
      body: form,
    });
  }
});
