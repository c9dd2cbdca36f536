import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Azurite, azuriteSettings, startAzurite } from '../../support/azurite.ts';

const run = promisify(execFile);

let folder: string;
let azurite: Azurite;
let tokens: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-identity-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const certificate =
    'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1';
  await run('openssl', certificate.split(' ').concat('-keyout', key, '-out', cert));
  azurite = await startAzurite({ extra: ['--oauth', 'basic', '--cert', cert, '--key', key] });
  // The place where a machine of Azure fetches the tokens of its managed identity.
  tokens = createServer((_request, response) => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const claims = {
      aud: 'https://storage.azure.com',
      iss: 'https://sts.windows-ppe.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/',
      iat: nowSeconds - 60,
      nbf: nowSeconds - 60,
      exp: nowSeconds + 3_600,
      oid: '23657296-5cd5-45b0-a809-d972a7f4dfe1',
      tid: 'dd0d0df1-06c3-436c-8034-4b9a153097ce',
    };
    const token = [{ alg: 'none', typ: 'JWT' }, claims, {}]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        access_token: token,
        expires_on: String(claims.exp),
        resource: claims.aud,
        token_type: 'Bearer',
      }),
    );
  });
  tokens.listen(0, '127.0.0.1');
  await once(tokens, 'listening');
});
afterAll(async () => {
  tokens.close();
  await azurite.stop();
  await rm(folder, { recursive: true });
});

it('the Azure store works with a managed identity, and signs downloads with keys that were delegated to it', async () => {
  const address = tokens.address();
  const settings = azuriteSettings(azurite, 'by-identity', {
    credential: { kind: 'identity', endpoint: azurite.endpoint },
  });
  const { stdout } = await run(
    process.execPath,
    [join(import.meta.dirname, 'use-identity.ts'), JSON.stringify(settings)],
    {
      env: {
        PATH: process.env.PATH,
        NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'),
        AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
        IDENTITY_ENDPOINT: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/token`,
        IDENTITY_HEADER: 'test',
      },
    },
  );
  expect(JSON.parse(stdout)).toEqual({
    signs: true,
    read: 'body',
    swapped: true,
    signed: [200, 'image/png', 'body'],
    altered: 403,
  });
});
