import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readRequestFile } from '../../src/explain/read-request-file.ts';
import { aPng } from '../support/pictures.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyface-explain-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function explain(head: readonly string[], body: Uint8Array) {
  const file = join(folder, 'request.http');
  await writeFile(file, Buffer.concat([Buffer.from(`${head.join('\n')}\n\n`), body]));
  const { stdout } = await promisify(execFile)(process.execPath, [
    'src/cli/polyface.ts',
    'explain',
    file,
    '--config',
    'config/demo.yaml',
    '--json',
  ]);
  return { stdout, shown: JSON.parse(stdout) as unknown };
}

const SMARTSHEET = 'POST /2.0/users/48569348493401201/profileimage';

it('an accepted request is shown as command, outcome and response, without its credential', async () => {
  const { stdout, shown } = await explain(
    [SMARTSHEET, 'Authorization: Bearer demo-smartsheet-admin', 'Content-Type: image/png'],
    await aPng({ width: 30, height: 20 }),
  );
  expect(shown).toMatchObject({
    request: expect.stringContaining('Authorization: •••'),
    report: {
      dialect: 'smartsheet',
      operationId: 'updateUserProfileImage',
      credentialId: 'smartsheet-admin',
      status: 200,
    },
    command: { kind: 'put-images', images: [{ slot: 0 }] },
    outcome: { kind: 'images-put', subject: { id: 'ada' } },
    response: expect.stringContaining('"message":"SUCCESS"'),
  });
  expect(stdout).not.toContain('demo-smartsheet-admin');
});

it('a refused request is shown with the rule that refused it', async () => {
  const { shown } = await explain([SMARTSHEET, 'Authorization: Bearer nobody'], Buffer.from('x'));
  expect(shown).toMatchObject({
    report: { status: 401 },
    problem: { kind: 'unauthenticated', reason: 'invalid' },
    response: expect.stringContaining('HTTP/1.1 401'),
  });
  expect(shown).not.toHaveProperty('command');
});

it('a request file gets the host and the length that it lacks, and keeps its body byte for byte', () => {
  const file = Buffer.concat([Buffer.from('PUT /x\nA: b\n\n'), Buffer.from([0, 13, 10, 255])]);
  expect(readRequestFile(file).toString('latin1')).toBe(
    'PUT /x HTTP/1.1\r\nA: b\r\nHost: localhost\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\0\r\nÿ',
  );
});
