import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';

describe('a sandbox that a page of another site asks for a session', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ dialects: ['native'] });
  });
  afterAll(() => sandbox.stop());

  const sessions = async () =>
    ((await (await fetch(`${sandbox.url}/_sandbox/sessions`)).json()) as { sessions: string[] }).sessions;

  it.each([
    ['by a script', { 'sec-fetch-site': 'cross-site' }],
    ['by a script of an old browser', { origin: 'http://evil.example' }],
    ['under a name that leads here', { host: 'evil.example' }],
    ['in a frame or by a link', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
  ])('a sandbox that is asked for a session %s refuses and starts none', async (_how, headers) => {
    const { statusCode, body } = await request(`${sandbox.url}/_sandbox/?session=stranger`, { headers });
    expect([statusCode, await body.json()]).toEqual([403, { error: expect.any(String) }]);
    expect(await sessions()).toEqual([]);
  });

  it('a sandbox starts no session for a made-up address of a picture', async () => {
    const keyId = Buffer.from('session:stranger');
    const ticket = Buffer.concat([Buffer.from([1, keyId.byteLength]), keyId, Buffer.alloc(60)]);
    const answer = await fetch(`${sandbox.url}/native/v1/images/${ticket.toString('base64url')}.jpg`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await sessions()).toEqual([]);
  });

  it('a sandbox leads to a session that runs already, as a link to it does', async () => {
    await sandbox.session('mine');
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const { statusCode, body } = await request(`${sandbox.url}/_sandbox/exchanges?session=mine`, { headers });
    await body.dump();
    // The page takes `session` for a filter that it does not know. What counts is that the session answers.
    expect([statusCode, await sessions()]).toEqual([400, ['mine']]);
  });
});
