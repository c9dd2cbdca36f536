import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Job } from '../../src/admin/jobs.ts';
import { type RecordingBackend, startRecordingBackend } from '../migration/support/recording-backend.ts';
import { backendSettings } from '../migration/support/start-shim.ts';
import { numberedPicture } from '../rehearsal/numbered-picture.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';

const PEOPLE = ['1001', '1002', '1003'];
const REQUESTS_PER_SECOND = 2;
/** On what only the client sends. */
const CLIENT = { 'x-api-key': 'demo-v1-key', 'accept-language': 'tlh' };

describe('a list run on a gateway', () => {
  let backend: RecordingBackend;
  let admin: AdminGateway;
  /** When the backend got each request of the run. */
  const asked: number[] = [];

  beforeAll(async () => {
    backend = await startRecordingBackend();
    const picture = await numberedPicture(1);
    backend.answer = ({ url = '', headers }, response) => {
      if (headers['accept-language'] !== CLIENT['accept-language']) asked.push(performance.now());
      if (url.startsWith('/picture'))
        return void response.setHeader('Content-Type', 'image/png').end(picture);
      const id = Number(url.split('/').at(-1));
      const body = { id, imageUrl: `${backend.url}/picture/${id}` };
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
    };
    admin = await startAdminGateway((demo) => ({
      ...demo,
      validateResponses: 'off',
      migration: {
        backends: [
          backendSettings('magicline-v1', backend.url, {
            initialStage: 'dual-write',
            requestsPerSecond: REQUESTS_PER_SECOND,
          }),
        ],
      },
    }));
  });
  afterAll(async () => {
    await admin.gateway.stop();
    await backend.stop();
  });

  const token = () => admin.tokens.operate;

  async function start(kind: string): Promise<string> {
    const body = { kind, dialect: 'magicline-v1', subjects: PEOPLE };
    const { body: job } = await admin.call('POST', '/jobs', { token: token(), body });
    return (job as Job).id;
  }

  const jobOf = async (id: string) =>
    (await admin.call('GET', `/jobs/${id}`, { token: token() })).body as Job;

  async function end(id: string): Promise<Job> {
    for (;;) {
      const job = await jobOf(id);
      if (job.state !== 'running') return job;
      await pause(50);
    }
  }

  it.each([
    ['backfill', { copied: 3 }],
    ['verify', { equal: 3 }],
  ])('a %s job keeps to requestsPerSecond, and holds up no client', async (kind, result) => {
    asked.length = 0;
    const begunAt = performance.now();
    const id = await start(kind);
    for (let read = 0; read < 5; read += 1) {
      const answer = await fetch(`${admin.gateway.url}/v1/customers/1002`, { headers: CLIENT });
      expect(answer.status).toBe(200);
    }
    // Five requests at the pace would have taken as long as the job.
    expect((await jobOf(id)).state).toBe('running');
    expect(await end(id)).toMatchObject({ state: 'done', result });
    expect(asked).toHaveLength(2 * PEOPLE.length);
    // A timer may be early by a millisecond.
    const shortestMs = ((asked.length - 1) / REQUESTS_PER_SECOND) * 1000 - asked.length;
    expect((asked.at(-1) ?? 0) - begunAt).toBeGreaterThanOrEqual(shortestMs);
  });

  it.each([
    ['verify', { result: { stopped: 'interrupted' } }],
    ['preflight', {}],
  ])(
    'a %s job that is cancelled sends nothing more, and does not wait for its turns',
    async (kind, result) => {
      asked.length = 0;
      const id = await start(kind);
      while (asked.length === 0) await pause(20);
      await admin.call('DELETE', `/jobs/${id}`, { token: token() });
      asked.length = 0;
      expect(await end(id)).toMatchObject({ state: 'cancelled', ...result });
      expect(asked).toEqual([]);
    },
  );
});
