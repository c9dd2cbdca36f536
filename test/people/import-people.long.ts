import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ImportRow, readPeople } from '../../src/people/import/read-people.ts';
import { createFilesystemStore } from '../../src/store/filesystem/filesystem-store.ts';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';

const run = promisify(execFile);
const DEMO = join(import.meta.dirname, '../../config/demo.yaml');
const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');
const dialects = new Set(['one', 'two']);

async function rowsOf(text: string, mapping: Record<string, string> = {}, kind: 'csv' | 'ndjson' = 'csv') {
  const rows: ImportRow[] = [];
  const source = Readable.from([Buffer.from(text)]);
  for await (const row of readPeople(source, { kind, mapping, dialects })) rows.push(row);
  return rows;
}

describe('a file of people', () => {
  it('a file of people is read by the names of its columns, with the line of each row', async () => {
    const text = '\ufeffid,one,firstName,identifier.card\r\na,1,"Ada\nLovelace",\r\nb,,Bob,"c,1"\r\n';
    expect(await rowsOf(text)).toEqual([
      { row: 2, person: { id: 'a', aliases: { one: '1' }, profile: { firstName: 'Ada\nLovelace' } } },
      { row: 4, person: { id: 'b', profile: { firstName: 'Bob' }, identifiers: { card: 'c,1' } } },
    ]);
  });

  it('a file of people is read by a mapping of its columns', async () => {
    expect(await rowsOf('No,Mail,Note\n7,a@b.c,x\n', { No: 'id', Mail: 'email', Note: '-' })).toEqual([
      { row: 2, person: { id: '7', profile: { email: 'a@b.c' } } },
    ]);
  });

  it.each([
    ['a column that means nothing', 'id,shoe\n', {}, /"shoe" means nothing/],
    ['a mapping of a column that is not there', 'id\n', { x: 'one' }, /no column "x"/],
    ['a header without an id', 'one\n', {}, /no column is the id/],
    ['two columns for one field', 'id,a\n', { a: 'id' }, /two columns/],
  ])('a file of people is refused for %s', async (_what, text, mapping, message) => {
    await expect(rowsOf(text, mapping)).rejects.toThrow(message);
  });

  it('a file of people says which rows cannot be read', async () => {
    expect(await rowsOf('id,one\na\nb,2\n')).toEqual([
      { row: 2, fault: 'has 1 cells where the header has 2' },
      { row: 3, person: { id: 'b', aliases: { one: '2' } } },
    ]);
    expect(await rowsOf('{"id":"a"}\n\n{oops\n', {}, 'ndjson')).toEqual([
      { row: 1, person: { id: 'a' } },
      { row: 3, fault: 'is no JSON' },
    ]);
  });
});

describe('polyface people beside a running gateway', () => {
  let gateway: DemoGateway;
  let folder: string;

  beforeAll(async () => {
    gateway = await startDemoGateway();
    folder = await mkdtemp(join(tmpdir(), 'polyface-people-'));
  });
  afterAll(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true });
  });

  const people = (...args: readonly string[]) => {
    const config = args.includes('--config') ? [] : ['--config', DEMO];
    return polyface('people', ...args, ...config, '--tenant', 'demo');
  };
  const polyface = async (...args: readonly string[]) => {
    const common = ['--data-dir', gateway.dataDir, '--json'];
    const { stdout } = await run(process.execPath, [PROGRAM, ...args, ...common]).catch(
      (failed: { stdout: string; stderr: string }) => {
        if (failed.stdout === '') throw new Error(failed.stderr);
        return failed;
      },
    );
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const imageOf = (customer: string) =>
    fetch(`${gateway.url}/native/v1/subjects/${customer}/image`, {
      headers: { authorization: 'Bearer demo-native-key' },
    });

  it('polyface people beside a running gateway imports people whom the gateway knows at once, and says the same twice', async () => {
    const file = join(folder, 'people.csv');
    await writeFile(
      file,
      'id,native,timbu,firstName,email\nzoe,zoe,zoe,Zoë,z@example.com\nmax,max,max,Max,m@example.com\n' +
        'eve,eve,max,Eve,Z@example.com\n,nobody,,,\n',
    );
    expect(await (await imageOf('zoe')).json()).toMatchObject({
      type: 'urn:polyface:problem:subject-not-found',
    });
    expect(await people('import', file, '--dry-run')).toMatchObject({ created: 2, rejected: 2 });
    expect(await people('import', file)).toMatchObject({
      rows: 4,
      created: 2,
      rejected: 2,
      sharedIdentifiers: 1,
      shared: [{ identifier: 'email', rows: [2, 4] }],
    });
    expect(await (await imageOf('zoe')).json()).toMatchObject({
      type: 'urn:polyface:problem:image-not-found',
    });
    const rejects = (await readFile(`${file}.rejects.ndjson`, 'utf8')).trim().split('\n');
    expect(rejects.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { row: 4, problem: { kind: 'name-taken', pointer: '/aliases/timbu', value: 'max' } },
      { row: 5, problem: { kind: 'invalid-person', pointer: '/id' } },
    ]);
    expect(await people('import', file)).toMatchObject({ created: 0, changed: 0, unchanged: 2, rejected: 2 });
  });

  it('polyface people beside a running gateway links, renames, finds and shows', async () => {
    expect(await people('link', 'zoe', 'smartsheet=77')).toMatchObject({ aliases: { smartsheet: '77' } });
    expect(await people('rename', 'zoe', 'zoe2')).toMatchObject({ id: 'zoe2', formerly: { id: ['zoe'] } });
    expect(await people('find', '77')).toMatchObject([{ person: { id: 'zoe2' }, by: ['smartsheet'] }]);
    expect(await people('unlink', 'zoe', 'smartsheet=77')).toMatchObject({ version: 4 });
    expect(await people('show', 'zoe')).toMatchObject({ id: 'zoe2', pictures: [] });
    await expect(people('show', 'nobody')).rejects.toThrow(/no such person/);
  });

  it('polyface people beside a running gateway erases people whom the file no longer names, with receipts, and no person where a row was rejected', async () => {
    const file = join(folder, 'fewer.csv');
    await writeFile(file, 'id,native\nmax,max\n,nobody\n');
    expect(await people('import', file, '--missing', 'erase', '--yes')).toMatchObject({
      erased: 0,
      rejected: 1,
    });
    await writeFile(file, 'id,native\nmax,max\n');
    expect(await people('import', file, '--missing', 'erase', '--yes')).toMatchObject({
      erased: 1,
      unchanged: 1,
    });
    expect(await (await imageOf('zoe')).json()).toMatchObject({
      type: 'urn:polyface:problem:subject-not-found',
    });
    const receipts = (await readFile(`${file}.erased.ndjson`, 'utf8')).trim().split('\n');
    expect(receipts.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { receipt: { tenant: 'demo', removed: { directoryEntries: 1 } }, signature: { keyId: 'own' } },
    ]);
    await expect(people('show', 'zoe')).rejects.toThrow(/was erased/);
  });

  it('polyface people beside a running gateway keeps the pictures of a person who is renamed, and nothing is found to be without a person', async () => {
    const image = await readFile(join(import.meta.dirname, '../fixtures/portrait.jpg'));
    const headers = { authorization: 'Bearer demo-native-key', 'content-type': 'image/jpeg' };
    const address = `${gateway.url}/native/v1/subjects/max/image`;
    expect((await fetch(address, { method: 'PUT', headers, body: image })).status).toBe(201);
    await people('rename', 'max', 'maximilian');
    expect((await imageOf('max')).status).toBe(200);
    expect(await people('show', 'max')).toMatchObject({ id: 'maximilian', pictures: [{ slot: 0 }] });
    expect(await people('check')).toMatchObject({ lost: [], orphans: [] });
    for (const command of [['gc', '--dry-run'], ['fsck']])
      expect(await polyface(...command, '--config', DEMO)).toMatchObject({ unknownPeople: 0 });
  });

  it('polyface people beside a running gateway names pictures of people whom the settings no longer list, and removes them on request', async () => {
    const image = await readFile(join(import.meta.dirname, '../fixtures/portrait.jpg'));
    const headers = { authorization: 'Bearer demo-native-key', 'content-type': 'image/jpeg' };
    const address = `${gateway.url}/native/v1/subjects/edgar/image`;
    expect((await fetch(address, { method: 'PUT', headers, body: image })).status).toBe(201);
    expect(await people('check')).toMatchObject({ lost: [], orphans: [] });
    const config = join(folder, 'nobody.yaml');
    const dialects = { 'capillary-v2': {}, 'magicline-v1': {}, smartsheet: {}, timbu: {}, native: {} };
    await writeFile(config, JSON.stringify({ demo: true, dialects, tenants: [{ id: 'demo' }] }));
    const orphans = [{ subjectId: 'edgar', pictures: 1 }];
    expect(await people('check', '--config', config)).toMatchObject({ orphans, removed: 0 });
    for (const command of [['gc', '--dry-run'], ['fsck']])
      expect(await polyface(...command, '--config', config)).toMatchObject({ unknownPeople: 1 });
    expect(await people('check', '--config', config, '--remove-orphans', '--yes')).toMatchObject({
      removed: 1,
    });
    expect((await imageOf('edgar')).status).toBe(404);
    expect(await people('check', '--config', config)).toMatchObject({ orphans: [] });
  });

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'polyface people beside a running gateway goes on where an import stopped that %s ended, and leaves no person out',
    async (signal) => {
      const file = join(folder, `many-${signal}.csv`);
      const rows = Array.from({ length: 400 }, (_, nth) => `${signal}-${nth}`);
      await writeFile(file, ['id', ...rows].join('\n'));
      const own = join(folder, signal);
      const args = [PROGRAM, 'people', 'import', file, '--batch', '20', '--config', DEMO, '--tenant', 'demo'];
      const common = ['--data-dir', own, '--json'];
      await run(process.execPath, [
        PROGRAM,
        'people',
        'init',
        '--config',
        DEMO,
        '--tenant',
        'demo',
        ...common,
      ]);
      const store = createFilesystemStore({ folder: join(own, 'store') });
      await store.start({ create: false });
      const hasBegun = async () => {
        for await (const place of store.records.list('people/imports/')) return place !== '';
        return false;
      };
      const first = spawn(process.execPath, [...args, ...common], { stdio: 'ignore' });
      const ended = once(first, 'exit');
      while (first.exitCode === null && !(await hasBegun())) await pause(20);
      await store.stop();
      first.kill(signal);
      expect(await ended).toEqual(signal === 'SIGINT' ? [130, null] : [null, 'SIGKILL']);
      const { stdout, stderr } = await run(process.execPath, [...args, ...common]);
      expect(stderr).toMatch(/going on after line [1-9]\d*/);
      const { complete, rows: taken, created, unchanged } = JSON.parse(stdout) as Record<string, number>;
      expect({ complete, taken, there: Number(created) + Number(unchanged) }).toEqual({
        complete: true,
        taken: 400,
        there: 400,
      });
      const of = ['--config', DEMO, '--tenant', 'demo', '--data-dir', own];
      const exported = await run(process.execPath, [PROGRAM, 'people', 'export', ...of]);
      for (const id of rows) expect(exported.stdout).toContain(`"${id}"`);
    },
  );
});
