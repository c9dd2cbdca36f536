import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type AdminGateway, startAdminGateway } from '../admin/start-admin.ts';
import { type RecordingBackend, startRecordingBackend } from '../migration/support/recording-backend.ts';
import { backendSettings } from '../migration/support/start-shim.ts';
import { numberedPicture } from '../rehearsal/numbered-picture.ts';
import { beginOverAdmin, type EndedCommand } from './run-over-admin.ts';

describe('a list run on a running gateway', () => {
  let backend: RecordingBackend;
  let admin: AdminGateway;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyface-backfill-over-admin-'));
    backend = await startRecordingBackend();
    admin = await startAdminGateway((demo) => ({
      ...demo,
      rateLimits: { enabled: false },
      migration: {
        backends: [
          backendSettings('magicline-v1', backend.url, {
            initialStage: 'shadow',
            timeoutSeconds: 1,
          }),
        ],
      },
    }));
  });
  afterEach(() => void backend.takeRequests());
  afterAll(async () => {
    await admin.gateway.stop();
    await backend.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function beginRun(command: readonly string[], ids: readonly string[], ...flags: readonly string[]) {
    const file = join(folder, 'people.txt');
    await writeFile(file, `${ids.join('\n')}\n`);
    const named = ['--dialect', 'magicline-v1', '--subjects', file, '--json'];
    return beginOverAdmin(admin, [...command, ...named, ...flags]);
  }

  async function run(...order: Parameters<typeof beginRun>): Promise<EndedCommand> {
    return (await beginRun(...order)).ended;
  }

  const answerJson = (response: ServerResponse, status: number, body: object) =>
    void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));

  /** A backend that knows everybody, and has a picture of those. */
  function answerWith(picture: Uint8Array, owners: readonly string[]) {
    return ({ url = '' }: IncomingMessage, response: ServerResponse) => {
      if (url.startsWith('/picture'))
        return void response.setHeader('Content-Type', 'image/png').end(picture);
      const id = url.split('/').at(-1) ?? '';
      const image = owners.includes(id) ? { imageUrl: `${backend.url}/picture/${id}` } : {};
      answerJson(response, 200, { id: Number(id), ...image });
    };
  }

  it('a backfill on a gateway exits with 6 where people have not reached dual-write', async () => {
    const { code, out } = await run(['backfill'], ['1001', '1002']);
    expect([code, JSON.parse(out)]).toEqual([6, expect.objectContaining({ complete: true, waiting: 2 })]);
    const { code: moved } = await beginOverAdmin(admin, ['migrate', 'advance', '--dialect', 'magicline-v1'])
      .ended;
    expect(moved).toBe(0);
  });

  it('a backfill on a gateway that is interrupted exits with 130, and says how it goes on', async () => {
    const people = answerWith(await numberedPicture(1), []);
    backend.answer = (request, response) => void setTimeout(() => people(request, response), 700);
    const { child, ended } = await beginRun(['backfill'], ['1001', '1002', '1003'], '--concurrency', '1');
    for (let asked = 0; asked < 2; asked += backend.takeRequests().length) await pause(20);
    child.kill('SIGINT');
    const { code, out, err } = await ended;
    expect([code, JSON.parse(out)]).toEqual([
      130,
      expect.objectContaining({ complete: false, stopped: 'interrupted' }),
    ]);
    expect(err).toContain('interrupted; the next run over the same list goes on from here');
  });

  it('a backfill on a gateway exits with 5 where nobody has a picture, and says what to do', async () => {
    backend.answer = answerWith(await numberedPicture(1), []);
    const { code, out, err } = await run(['backfill'], ['1001', '1002']);
    expect([code, JSON.parse(out)]).toEqual([
      5,
      expect.objectContaining({ complete: false, stopped: 'nobody has a picture' }),
    ]);
    expect(err).toContain('go on with --accept-empty');
    expect((await run(['backfill'], ['1001', '1002'], '--accept-empty')).code).toBe(0);
  });

  it('a backfill on a gateway exits with 4 where the list names ids that no person has', async () => {
    backend.answer = answerWith(await numberedPicture(1), ['1002']);
    const { code, out } = await run(['backfill'], ['1002', 'nobody']);
    expect([code, JSON.parse(out)]).toEqual([4, expect.objectContaining({ copied: 1, unknown: 1 })]);
  });

  it('a verification on a gateway exits with 0 where both sides are equal, and with 2 where they differ', async () => {
    backend.answer = answerWith(await numberedPicture(1), ['1002']);
    expect((await run(['backfill', 'verify'], ['1002'])).code).toBe(0);
    backend.answer = answerWith(await numberedPicture(2), ['1002']);
    expect((await run(['backfill', 'verify'], ['1002'])).code).toBe(2);
  });
});
