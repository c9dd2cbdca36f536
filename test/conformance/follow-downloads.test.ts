import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkDownload, typeFindings } from '../../src/conformance/follow-downloads.ts';
import { createKitClient } from '../../src/conformance/kit-client.ts';
import { loadContract } from '../../src/conformance/load-contract.ts';
import { markedValues } from '../../src/conformance/marked-values.ts';
import { requireReachable } from '../../src/conformance/require-reachable.ts';
import { runConformance } from '../../src/conformance/run-conformance.ts';
import { aJpeg } from '../support/pictures.ts';

let server: Server;
let url: string;
let picture: Buffer;
/** What `/users/me` says of its picture. */
let address = '';

beforeAll(async () => {
  picture = await aJpeg({ width: 8, height: 8 });
  server = createServer((request, response) => {
    if (request.url === '/users/me') {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ ...USER, image_url: address }));
      return;
    }
    response.statusCode = request.url === '/mistyped/0123456789' ? 200 : 403;
    response.setHeader('Content-Type', 'image/png');
    response.end(picture);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

describe('a download', () => {
  it('a download is found wanting where a JPEG is announced as a PNG', async () => {
    const { findings } = await checkDownload(client(), `${url}/mistyped/0123456789`);
    expect(findings).toEqual([{ where: 'download/content-type', expected: 'image/jpeg', got: 'image/png' }]);
  });

  it('a download may announce any picture where the kit does not know the format', () => {
    const answer = { status: 200, headers: { 'content-type': 'image/avif' }, body: Buffer.from('ftypavif') };
    expect(typeFindings(answer, 'here')).toEqual([]);
  });

  it('a download that cannot be resolved is a finding of its case, and the run goes on', async () => {
    address = 'https://pictures.polyface.invalid/somebody/0123456789';
    const contract = await loadContract({ dialect: 'timbu', url, headers: {} });
    const { results } = await runConformance(contract, {
      write: true,
      only: ({ id }) => id === 'getCurrentUser/answers' || id.includes('unknown-path'),
    });
    const [first, ...others] = results;
    expect(first).toMatchObject({
      verdict: 'failed',
      findings: [{ where: 'download', expected: address, got: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) }],
    });
    expect(others.length).toBeGreaterThan(0);
  });
});

describe('an address', () => {
  const schema = {
    allOf: [{ properties: { picture: { type: 'string', 'x-polyface-picture': true } } }],
    properties: {
      self: { type: 'string' },
      more: { type: 'array', items: { type: 'string', 'x-polyface-picture': true } },
    },
  };

  it('an address is taken for a picture where the document marks it, and nowhere else', () => {
    const value = { '@odata.id': 'https://a', self: 'https://b', picture: 'https://c', more: ['https://d'] };
    expect(markedValues('x-polyface-picture', schema, value)).toEqual(['https://d', 'https://c']);
  });

  it('an address where nothing listens is reported in one line', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    const away = `http://127.0.0.1:${port}`;
    await expect(requireReachable(away)).rejects.toThrow(`${away} cannot be reached: ECONNREFUSED`);
    await expect(requireReachable(url)).resolves.toBeUndefined();
  });
});

const USER = {
  id: 'ada',
  email: '',
  first_name: '',
  last_name: '',
  phone_number: '',
  phone_country_code: '',
  device_id: '',
  google_id: '',
  google_image_url: '',
};

function client() {
  return createKitClient(url, () => undefined);
}
