import { execFile } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import NodeFormData from 'form-data';
import got from 'got';
import { createClient } from 'smartsheet';
import superagent from 'superagent';
import { request, FormData as UndiciFormData } from 'undici';
import { type RawGateway, startRawGateway } from './raw-gateway.ts';

const SIZE = 8 * 1024 * 1024;
const TIMES = 20;

let gateway: RawGateway;
let folder: string;
let file: string;

beforeAll(async () => {
  gateway = await startRawGateway({
    options: { timbu: { maxBytes: 1_000_000 }, smartsheet: { maxBytes: 1_000_000 } },
  });
  folder = await mkdtemp(join(tmpdir(), 'polyface-early-'));
  file = join(folder, 'large.png');
  await writeFile(file, Buffer.alloc(SIZE, 1));
});
afterAll(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true });
});

/** A client of the Timbu upload: gives the answer's status and text, however it treats errors. */
type Client = (url: string, token: string) => Promise<readonly [status: number, text: string]>;

const bytes = Buffer.alloc(SIZE, 1);
const auth = (token: string) => ({ authorization: `Bearer ${token}` });

function nodeForm(): NodeFormData {
  const form = new NodeFormData();
  form.append('file', bytes, { filename: 'large.png', contentType: 'image/png' });
  return form;
}

async function curl(url: string, token: string, ...further: string[]): Promise<readonly [number, string]> {
  const quiet = ['--silent', '--show-error', '--write-out', '\n%{http_code}'];
  const call = [
    '--request',
    'PATCH',
    '--header',
    `Authorization: Bearer ${token}`,
    '--form',
    `file=@${file}`,
  ];
  const { stdout } = await promisify(execFile)('curl', [...quiet, ...call, ...further, url]);
  const [text = '', status = ''] = stdout.split('\n');
  return [Number(status), text];
}

const CLIENTS: Readonly<Record<string, Client>> = {
  curl: (url, token) => curl(url, token),
  'curl without Expect': (url, token) => curl(url, token, '--header', 'Expect:'),
  async fetch(url, token) {
    const body = new FormData();
    body.append('file', await openAsBlob(file), 'large.png');
    const answer = await fetch(url, { method: 'PATCH', headers: auth(token), body });
    return [answer.status, await answer.text()];
  },
  async undici(url, token) {
    const body = new UndiciFormData();
    body.append('file', new Blob([bytes]), 'large.png');
    const answer = await request(url, { method: 'PATCH', headers: auth(token), body });
    return [answer.statusCode, await answer.body.text()];
  },
  async 'axios and form-data'(url, token) {
    const form = nodeForm();
    const answer = await axios.patch<string>(url, form, {
      headers: { ...auth(token), ...form.getHeaders() },
      responseType: 'text',
      transformResponse: (text: string) => text,
      validateStatus: () => true,
    });
    return [answer.status, answer.data];
  },
  async superagent(url, token) {
    const answer = await superagent
      .patch(url)
      .set(auth(token))
      .attach('file', bytes, 'large.png')
      .ok(() => true);
    return [answer.status, answer.text];
  },
  async got(url, token) {
    const body = new FormData();
    body.append('file', await openAsBlob(file), 'large.png');
    const options = { body, headers: auth(token), throwHttpErrors: false, retry: { limit: 0 } };
    const answer = await got.patch(url, options);
    return [answer.statusCode, answer.body];
  },
};

async function twenty<T>(ask: () => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (let time = 0; time < TIMES; time += 1) answers.push(await ask());
  return answers;
}

describe.each(Object.entries(CLIENTS))('%s, sending 8 MB', (_name, client) => {
  it('a client that sends 8 MB hears 20 times of 20 that its token is not good', async () => {
    const answers = await twenty(() => client(`${gateway.url}/users/image/upload`, 'wrong'));
    expect(answers).toEqual(answers.map(() => [401, '{"detail":"Invalid Credentials"}']));
  });

  it('a client that sends 8 MB hears 20 times of 20 that its file is too large', async () => {
    const answers = await twenty(() => client(`${gateway.url}/users/image/upload`, 'demo-timbu-ada'));
    const tooLarge = [400, expect.stringContaining('"type":"value_error.image.size"')];
    expect(answers).toEqual(answers.map(() => tooLarge));
  });
});

describe('the Smartsheet SDK, sending 8 MB', () => {
  const upload = (accessToken: string): Promise<unknown> => {
    const options = { userId: 48_569_348_493_401_200, path: file, fileName: 'large.png' };
    return createClient({ accessToken, baseUrl: `${gateway.url}/2.0/` })
      .users.addProfileImage(options)
      .then(
        () => 'accepted',
        (cause: unknown) => cause,
      );
  };

  it('the Smartsheet SDK hears 20 times of 20 that its token is not good', async () => {
    const answers = await twenty(() => upload('wrong'));
    expect(answers).toEqual(answers.map(() => expect.objectContaining({ statusCode: 401, errorCode: 1002 })));
  });

  it('the Smartsheet SDK hears 20 times of 20 that its file is too large', async () => {
    const answers = await twenty(() => upload('demo-smartsheet-jane'));
    expect(answers).toEqual(answers.map(() => expect.objectContaining({ statusCode: 400, errorCode: 1074 })));
  });
});
