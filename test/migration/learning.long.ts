import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { DEMO_FILE } from '../support/start-gateway.ts';
import { CLIENTS, type LegacyDialect } from './support/legacy-clients.ts';
import { runPolyface } from './support/shim-process.ts';

const DIALECTS = ['magicline-v1', 'smartsheet', 'timbu'] as const satisfies readonly LegacyDialect[];

/** Ada of the demo and Grace, who is read by no client before the switch, without anything that is known of them. */
const PEOPLE = [
  'id,magicline-v1,smartsheet,timbu',
  'ada,1002,48569348493401201,ada',
  'third,1003,48569348493401202,',
].join('\n');

describe('what the backend knows of people, in a migration to a directory that knows nothing', () => {
  let folder: string;
  let backend: GatewayProcess;
  let shim: GatewayProcess;
  let place: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyface-learning-'));
    const demo = parse(await readFile(DEMO_FILE, 'utf8')) as { tenants: { subjects: object[] }[] };
    const ada = {
      extra: { timbu: { phone_country_code: 'GB' }, 'magicline-v1': { customerNumber: '1-1002' } },
    };
    const known = demo.tenants.map((tenant) => ({
      ...tenant,
      subjects: tenant.subjects.map((subject) => withExtra(subject as { id: string; profile: object }, ada)),
    }));
    await writeFile(join(folder, 'backend.yaml'), stringify({ ...demo, tenants: known }));
    backend = await startGatewayProcess([
      '--config',
      join(folder, 'backend.yaml'),
      '--data-dir',
      join(folder, 'there'),
    ]);
    const backends = DIALECTS.map((dialect) => ({
      tenant: 'demo',
      dialect,
      baseUrl: backend.url,
      credential: CLIENTS[dialect].credential,
      initialStage: 'dual-write',
      settleSeconds: 1,
      learn: ['firstName', 'lastName', 'email', 'phoneNumber', 'extra'],
    }));
    const empty = demo.tenants.map((tenant) => ({ ...tenant, subjects: [] }));
    const settings = { ...demo, tenants: empty, migration: { backends }, rateLimits: { enabled: false } };
    await writeFile(join(folder, 'shim.yaml'), stringify(settings));
    await writeFile(join(folder, 'people.csv'), `${PEOPLE}\n`);
    place = ['--config', join(folder, 'shim.yaml'), '--data-dir', join(folder, 'here')];
    shim = await startGatewayProcess(place);
    await polyface('people', 'import', join(folder, 'people.csv'), '--tenant', 'demo', '--json');
  });
  afterAll(async () => {
    await shim.end();
    await backend.end();
    await rm(folder, { recursive: true, force: true });
  });

  const polyface = (...args: string[]) => runPolyface([...args, ...place]);

  const read = async (url: string, dialect: LegacyDialect) => (await CLIENTS[dialect].read(url)).json();

  const grace = async (url: string) => {
    const answer = await fetch(`${url}/v1/customers/1003`, { headers: { 'x-api-key': 'demo-v1-key' } });
    return answer.json();
  };

  it('what the backend knows of people is learned from live answers and by the backfill, so that every answer after complete is as it was', async () => {
    const before = await Promise.all(DIALECTS.map((dialect) => read(backend.url, dialect)));
    expect(before[2]).toMatchObject({ phone_country_code: 'GB' });
    for (const dialect of DIALECTS) expect((await CLIENTS[dialect].read(shim.url)).status).toBe(200);
    await writeFile(join(folder, 'list.txt'), '1003\n');
    const list = ['--subjects', join(folder, 'list.txt')];
    const { json } = await polyface('backfill', '--dialect', 'magicline-v1', ...list, '--json');
    expect(json).toMatchObject({ complete: true, empty: 1, failed: 0 });
    for (const dialect of DIALECTS)
      for (const stage of ['switched', 'complete']) {
        const step = await polyface('migrate', 'advance', '--dialect', dialect, '--override', 'a test');
        expect(step.json).toMatchObject({ outcome: 'arrived', rollout: { stage } });
      }
    expect(await Promise.all(DIALECTS.map((dialect) => read(shim.url, dialect)))).toEqual(before);
    expect(await grace(shim.url)).toEqual(await grace(backend.url));
  });
});

function withExtra<T extends { readonly id: string; readonly profile: object }>(subject: T, more: object): T {
  return subject.id === 'ada' ? { ...subject, profile: { ...subject.profile, ...more } } : subject;
}
