import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { createSessions } from '../../src/sandbox/sessions.ts';
import { aJpeg } from '../support/pictures.ts';

const SESSIONS = 50;
const UPLOADS = 20;

describe('the sessions of a sandbox', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ dialects: ['native', 'timbu'], seed: 'seven' });
  });
  afterAll(() => sandbox.stop());

  const headersOf = (session: string) => ({
    authorization: 'Bearer demo-native-key',
    'x-polyface-session': session,
  });
  const picture = () => `${sandbox.url}/native/v1/subjects/ada/image`;

  async function put(session: string, bytes: Uint8Array): Promise<Response> {
    return fetch(picture(), { method: 'PUT', headers: headersOf(session), body: new Uint8Array(bytes) });
  }

  async function control(session: string, path: string, method = 'GET', body?: object): Promise<Response> {
    return fetch(`${sandbox.url}/_sandbox${path}`, {
      method,
      headers: { 'x-polyface-session': session },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  it(`the sessions of a sandbox keep ${SESSIONS} tests with ${UPLOADS} uploads each apart`, async () => {
    const bodies = await Promise.all(
      Array.from({ length: UPLOADS }, (_, n) => aJpeg({ width: 40 + n, height: 30 })),
    );
    const rendered: Buffer[] = [];
    for (const bytes of bodies) {
      await put('before', bytes);
      const read = await fetch(picture(), { headers: headersOf('before') });
      rendered.push(Buffer.from(await read.arrayBuffer()));
    }
    const leaks: string[] = [];
    await Promise.all(
      Array.from({ length: SESSIONS }, async (_, s) => {
        const name = `test-${s}`;
        // Each session sends the pictures from another place on, to the same person.
        for (let n = 0; n < UPLOADS; n += 1) {
          const width = 40 + ((s + n) % UPLOADS);
          const answer = await put(name, bodies[width - 40] ?? new Uint8Array());
          const { version } = (await answer.json()) as { version: number };
          const read = await fetch(picture(), { headers: headersOf(name) });
          const seen = Buffer.from(await read.arrayBuffer());
          if (version !== n + 1) leaks.push(`${name}: version ${version} after ${n + 1} uploads`);
          if (!seen.equals(rendered[width - 40] ?? Buffer.alloc(0))) leaks.push(`${name}: another picture`);
        }
        const { uploads } = (await (await control(name, '/uploads')).json()) as {
          uploads: { files: { picture: { width: number } }[] }[];
        };
        const widths = uploads.map(({ files }) => files[0]?.picture.width);
        const sent = Array.from({ length: UPLOADS }, (_, n) => 40 + ((s + n) % UPLOADS));
        if (JSON.stringify(widths) !== JSON.stringify(sent)) leaks.push(`${name}: inbox ${widths.join()}`);
      }),
    );
    expect(leaks).toEqual([]);
    expect(await sandbox.uploads()).toEqual([]);
  });

  it('the sessions of a sandbox have faults, a clock and addresses of their own', async () => {
    await put('a', await aJpeg());
    await put('b', await aJpeg());
    await control('a', '/faults', 'PUT', [{ problem: 'overloaded', match: { operationId: 'getImage' } }]);
    await control('b', '/clock', 'POST', { advanceMs: 8 * 24 * 3600 * 1000 });
    expect((await fetch(picture(), { headers: headersOf('a') })).status).toBe(503);
    expect((await fetch(picture(), { headers: headersOf('b') })).status).toBe(200);
    const addressIn = async (session: string) => {
      const headers = { authorization: 'Bearer demo-timbu-ada', 'x-polyface-session': session };
      const user = (await (await fetch(`${sandbox.url}/users/me`, { headers })).json()) as {
        image_url: string;
      };
      return user.image_url;
    };
    const [one, other] = [await addressIn('a'), await addressIn('b')];
    // A client that follows an address from an answer sends no session header.
    expect((await fetch(one)).status).toBe(200);
    expect((await fetch(other)).status).toBe(200);
    expect((await control('a', '/clock', 'POST', { advanceMs: 8 * 24 * 3600 * 1000 })).status).toBe(204);
    expect((await fetch(one)).status).toBe(403);
    expect((await fetch(other)).status).toBe(200);
  });

  it('the sessions of a sandbox are opened with people, a profile and options of their own', async () => {
    const mine = await sandbox.session('people', {
      profile: 'observed',
      settings: (demo) => ({
        ...demo,
        tenants: demo.tenants.map((tenant) => ({
          ...tenant,
          subjects: tenant.subjects.map((one) =>
            one.id === 'ada' ? { ...one, profile: { firstName: 'Augusta' } } : one,
          ),
        })),
      }),
    });
    const headers = { authorization: 'Bearer demo-timbu-ada' };
    expect(await (await fetch(`${mine.url}/users/me`, { headers })).text()).toContain('Augusta');
    expect(await (await fetch(`${sandbox.url}/users/me`, { headers })).text()).toContain('Ada');
    const named = await fetch(`${sandbox.url}/users/me`, {
      headers: { ...headers, 'x-polyface-session': 'people' },
    });
    expect(await named.text()).toContain('Augusta');
    await expect(sandbox.session('people', {})).rejects.toThrow('there is one called people');
  });

  it('the sessions of a sandbox see a body that breaks off through the sandbox as well', async () => {
    const answer = await fetch(picture(), {
      method: 'PUT',
      headers: { ...headersOf('broken'), 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nabc',
    });
    expect(answer.status).toBe(400);
    const mine = await sandbox.session('broken');
    expect(await mine.uploads()).toMatchObject([
      { refusal: { problem: 'body-malformed' }, files: [{ fileName: 'a.jpg' }] },
    ]);
  });

  it('the sessions of a sandbox are listed, ended, and named in letters and digits', async () => {
    await put('short', await aJpeg());
    const list = async () =>
      ((await (await fetch(`${sandbox.url}/_sandbox/sessions`)).json()) as { sessions: string[] }).sessions;
    expect(await list()).toContain('short');
    expect((await fetch(`${sandbox.url}/_sandbox/sessions/short`, { method: 'DELETE' })).status).toBe(204);
    expect(await list()).not.toContain('short');
    expect((await fetch(`${sandbox.url}/_sandbox/sessions/short`, { method: 'DELETE' })).status).toBe(404);
    const answer = await put('no name', await aJpeg());
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: expect.stringContaining('x-polyface-session: ') });
    await expect(sandbox.session('../x')).rejects.toThrow('session: "../x" is no name');
  });

  it('the sessions of a sandbox give way to new ones when there are too many, the one used longest ago first', async () => {
    const ended: string[] = [];
    const plain = await sandbox.session('plain');
    const few = createSessions(
      async (keyId) => ({
        ...plain,
        answer: () => {},
        stop: async () => {
          ended.push(keyId);
        },
      }),
      2,
    );
    for (const name of ['one', 'two', 'one', 'three']) await few.open(name);
    expect(ended).toEqual(['session:two']);
    expect(few.names()).toEqual(['one', 'three']);
  });
});
