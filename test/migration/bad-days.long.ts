import { execFile } from 'node:child_process';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markedPicture } from '../chaos/marked-picture.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { type BackendProcess, startBackendProcess } from './support/backend-process.ts';
import { createShimHouse, type ShimHouse } from './support/shim-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'src/cli/polyface.ts');
const DIALECT = ['--dialect', 'magicline-v1'];

/** Follows docs/migration-runbook.md: brings about each bad day, then runs the page's commands as they stand. */
describe('the runbook for the bad days of a migration', () => {
  let backend: BackendProcess;
  let house: ShimHouse;
  let shim: GatewayProcess;
  let blocks: ReadonlyMap<string, readonly string[]>;

  beforeAll(async () => {
    backend = await startBackendProcess();
    house = await createShimHouse({
      backendUrl: backend.url,
      crowd: 3,
      // A busy machine answers late; a dead backend refuses at once.
      backend: { timeoutSeconds: 20 },
    });
    shim = await house.start();
    blocks = blocksByHeading(await readFile(join(ROOT, 'docs/migration-runbook.md'), 'utf8'));
    await writeFile(join(house.folder, 'right.txt'), '5001\n');
    await step('advance');
    await step('advance');
    expect(await upload('5000', 1)).toBe(200);
    expect((await verify()).code).toBe(0);
    await step('advance');
  }, 600_000);
  afterAll(async () => {
    await shim.end();
    await backend.stop().catch(() => undefined);
    await house.remove();
  });

  const step = async (...args: readonly string[]) =>
    (await house.polyface('migrate', ...args, ...DIALECT)).json;
  const verify = () => house.polyface('backfill', 'verify', ...DIALECT, '--subjects', house.subjectsFile);

  async function upload(customer: string, mark: number): Promise<number> {
    const form = new FormData();
    form.set('image', new Blob([new Uint8Array(markedPicture(mark))], { type: 'image/jpeg' }), 'me.jpg');
    const headers = { 'x-api-key': 'demo-v1-key' };
    const put = { method: 'PUT', headers, body: form };
    return (await fetch(`${shim.url}/v1/customers/${customer}/images`, put)).status;
  }

  async function restartBackend(): Promise<void> {
    backend = await startBackendProcess({ port: Number(new URL(backend.url).port) });
  }

  /** Runs a block of the page where the operator would, and gives all that it printed. */
  function follow(heading: string, at: number): Promise<string> {
    const block = blocks.get(heading)?.[at];
    if (block === undefined) throw new Error(`the page has no block ${at} under ${heading}`);
    const script = ['shopt -s expand_aliases', `alias polyface="node ${PROGRAM}"`, 'set -e', block].join(
      '\n',
    );
    const env = {
      PATH: `${resolve(process.execPath, '..')}:${process.env.PATH ?? ''}`,
      POLYFACE_CONFIG: join(house.folder, 'shim.yaml'),
      POLYFACE_DATA_DIR: join(house.folder, 'data'),
    };
    return new Promise((done, failed) => {
      execFile('bash', ['-c', script], { cwd: house.folder, env }, (error, stdout, stderr) => {
        if (error) failed(new Error(`${heading}: ${stdout}${stderr}`, { cause: error }));
        else done(stdout);
      });
    });
  }

  it('the runbook for bad days says where one is', async () => {
    expect(await follow('Bad days of a migration', 0)).toContain('"rollout":{"stage":"switched"');
  });

  it('the runbook for bad days takes back a step that waits for a dead backend', async () => {
    await backend.stop();
    expect(await upload('5000', 2)).toBe(200);
    expect(await step('back', '--timeout', '2')).toMatchObject({
      outcome: 'under way',
      waitingFor: { people: 1 },
    });
    expect(await follow('The backend is dead, and comes back', 0)).toContain('"outcome":"cancelled"');
    await restartBackend();
  });

  it('the runbook for bad days gets a stuck step going', async () => {
    const second = await house.start();
    second.child.kill('SIGSTOP');
    expect(await step('back', '--timeout', '20')).toMatchObject({ outcome: 'under way' });
    const seen = await follow('A step is stuck', 0);
    expect(seen).toContain('"heard":false');
    await second.end('SIGKILL');
    expect(await follow('A step is stuck', 1)).toContain('"rollout":{"stage":"dual-write"');
  });

  it('the runbook for bad days completes what was half verified', async () => {
    await backend.setFault('another server');
    const followed = follow('Half verified', 0);
    const outcomes = join(house.folder, 'outcomes.tsv');
    while (!(await isThere(outcomes))) await pause(100);
    await backend.setFault('none');
    const printed = await followed;
    expect(printed).toMatch(/3 unclear/);
    expect(printed).toContain('"equal":3');
    expect(printed).toContain('"name":"the live difference is empty","holds":true');
  });

  it('the runbook for bad days takes a step for the right people after a wrong list', async () => {
    const printed = await follow('A wrong list', 0);
    expect(printed).toContain('"rollout":{"stage":"shadow"');
    expect(printed).toMatch(/"stage":"dual-write","ramp":\{"kind":"cohort","name":"right.txt"/);
  });

  it('the runbook for bad days ends with a backend that is dead for good', async () => {
    await step('advance');
    await backend.stop();
    expect(await upload('5000', 3)).toBeGreaterThanOrEqual(500);
    const printed = await follow('The backend is dead for good', 0);
    expect(printed).toContain('"rollout":{"stage":"complete"');
    expect(printed).toContain('"id":"crowd-0"');
    expect(await upload('5000', 4)).toBe(200);
  });
});

/** The shell blocks of a page, by the heading under which they stand. */
function blocksByHeading(page: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let heading = '';
  for (const [, title, block] of page.matchAll(/^#+ (.+)$|^```sh\n([\s\S]*?)^```/gm)) {
    if (title !== undefined) heading = title;
    else found.set(heading, [...(found.get(heading) ?? []), block ?? '']);
  }
  return found;
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
