import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backendSettings, startBackend } from '../migration/support/start-shim.ts';
import type { DemoGateway } from '../support/start-gateway.ts';
import { faultsOf } from './admin-document.ts';
import { type AdminGateway, startAdminGateway } from './start-admin.ts';

const MIGRATION = '/migrations/demo/magicline-v1';

describe('a migration that is operated over the admin API', () => {
  let backend: DemoGateway;
  let admin: AdminGateway;

  beforeAll(async () => {
    backend = await startBackend();
    admin = await startAdminGateway((demo) => ({
      ...demo,
      migration: { backends: [backendSettings('magicline-v1', backend.url)] },
    }));
  });
  afterAll(async () => {
    await admin.gateway.stop();
    await backend.stop();
  });

  /** Starts work and gives its result. */
  async function work(path: string, body: object = {}): Promise<unknown> {
    const token = admin.tokens.operate;
    const started = await admin.call('POST', path, { token, body });
    expect(started.status).toBe(202);
    const { id } = started.body as { id: string };
    for (;;) {
      const job = (await admin.call('GET', `/jobs/${id}`, { token })).body as {
        state: string;
        result: unknown;
      };
      if (job.state !== 'running') return job.result;
      await pause(50);
    }
  }

  it('the admin API has preflight, a list of people for a step, cancel, resume, and an end without the backend', async () => {
    const preflight = { kind: 'preflight', dialect: 'magicline-v1', subjects: ['1002'], sample: 1 };
    expect(await work('/jobs', preflight)).toMatchObject({ listed: 1, sampled: 1 });

    expect(await work(`${MIGRATION}/advance`)).toMatchObject({ outcome: 'arrived' });
    const pilots = { subjects: ['1002'], cohort: 'pilots' };
    expect(await work(`${MIGRATION}/advance`, pilots)).toMatchObject({
      outcome: 'arrived',
      rollout: { stage: 'dual-write', ramp: { kind: 'cohort', name: 'pilots', size: 1 } },
    });
    expect(await work(`${MIGRATION}/advance`, { percent: 10 })).toMatchObject({
      outcome: 'refused',
      refusedBy: [{ name: 'everybody who has taken the step is still taken in', holds: false }],
      nextSteps: [expect.stringContaining('widen the ramp')],
    });
    expect(await work(`${MIGRATION}/cancel`)).toMatchObject({ outcome: 'nothing to do' });
    expect(await work(`${MIGRATION}/resume`, { forgetSilent: true, timeoutSeconds: 90 })).toMatchObject({
      outcome: 'arrived',
    });

    const dead = { override: 'the backend is dead' };
    expect(await work(`${MIGRATION}/abandon`, dead)).toMatchObject({
      outcome: 'refused',
      missing: 'the people in shadow have their pictures at the backend alone',
    });
    expect(await work(`${MIGRATION}/advance`)).toMatchObject({ outcome: 'arrived' });
    expect(await work(`${MIGRATION}/abandon`, dead)).toMatchObject({
      outcome: 'arrived',
      rollout: { stage: 'complete' },
      people: ['ada', 'third', 'edgar'].map((id) => ({ id, what: ['never copied'] })),
    });
  }, 60_000);

  it('the plan of the admin API has the warnings of the preflight, which the document describes', async () => {
    await work('/jobs', { kind: 'preflight', dialect: 'magicline-v1', subjects: ['1002'] });
    const { body } = await admin.call('GET', `${MIGRATION}/plan`, { token: admin.tokens.read });
    const warning = { name: 'deletes can be said', found: expect.any(String), next: expect.any(String) };
    expect(body).toMatchObject({ warnings: expect.arrayContaining([warning]) });
    expect(faultsOf('Plan', body)).toEqual([]);
  });

  it('the admin API says after the last step what is left to do', async () => {
    expect(await work(`${MIGRATION}/advance`)).toEqual({
      outcome: 'nothing to do',
      rollout: { stage: 'complete', ramp: { kind: 'percent', percent: 100 } },
      nextSteps: ['take the backend down'],
    });
    const { body } = await admin.call('GET', `${MIGRATION}/plan`, { token: admin.tokens.read });
    expect(body).toMatchObject({ rollout: { stage: 'complete' }, nextSteps: ['take the backend down'] });
  });

  it('the admin API has the parity of a migration, as the document describes it', async () => {
    const { body } = await admin.call('GET', `${MIGRATION}/parity`, { token: admin.tokens.read });
    expect(body).toEqual({ operations: [], notCompared: {}, noise: {} });
    expect(faultsOf('Parity', body)).toEqual([]);
  });

  it('a step over the admin API takes a list as long as those of backfills', async () => {
    const subjects = Array.from({ length: 50_000 }, (_, number) => `nobody-${number}`);
    const { status, body } = await admin.call('POST', `${MIGRATION}/advance`, {
      token: admin.tokens.operate,
      body: { subjects },
    });
    expect([status, body]).toEqual([
      400,
      expect.objectContaining({ detail: '50000 of the 50000 ids belong to no person.' }),
    ]);
  });

  it.each([
    ['advance', { subjects: ['1002', 'nobody'] }],
    ['advance', { subjects: [] }],
    ['advance', { subjects: ['1002'], percent: 10 }],
    ['abandon', {}],
    ['back', { timeoutSeconds: -1 }],
    ['cancel', { timeoutSeconds: 'soon' }],
    ['resume', { timeoutSeconds: 3601 }],
  ])('an operated migration refuses %s with %j', async (word, body) => {
    const { status } = await admin.call('POST', `${MIGRATION}/${word}`, {
      token: admin.tokens.operate,
      body,
    });
    expect(status).toBe(400);
  });
});
