import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'src/cli/polyface.ts');
const run = promisify(execFile);

/** Follows docs/migrating.md: its settings, its commands, in their order; only ports, folders and the built program are replaced. */
describe('the runbook for a migration', () => {
  let folder: string;
  let blocks: readonly { readonly language: string; readonly text: string }[];
  let replace: (text: string) => string;
  const servers: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polyface-runbook-'));
    const text = await readFile(join(ROOT, 'docs/migrating.md'), 'utf8');
    blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(([, language = '', block = '']) => ({
      language,
      text: block,
    }));
    const base = await freePorts();
    replace = (found) =>
      found
        // As far apart as on the page: each server takes the next port as well, for its console.
        .replaceAll(/\b80[89]\d\b/g, (port) => String(base + Number(port) - 8080))
        .replaceAll('npx polyface', `node ${PROGRAM}`)
        .replaceAll('$PWD/shim.yaml', join(folder, 'shim.yaml'))
        .replaceAll('/tmp/legacy', join(folder, 'legacy'))
        .replaceAll('/tmp/shim', join(folder, 'shim'))
        .replaceAll('subjects.txt', join(folder, 'subjects.txt'))
        .replaceAll('gate-report.json', join(folder, 'gate-report.json'))
        .replaceAll('npm run build', 'true')
        // The machine that runs this is busier than an operator's.
        .replaceAll('sleep 5', 'sleep 15');
    const demo = await readFile(join(ROOT, 'config/demo.yaml'), 'utf8');
    await writeFile(join(folder, 'shim.yaml'), `${demo}\n${replace(block('yaml', 0))}`);
  });
  afterAll(async () => {
    for (const server of servers) {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('the runbook for a migration works word for word', async () => {
    const [legacy = '', shim = '', prepare = '', ...steps] = blocks
      .filter(({ language }) => language === 'sh')
      .map(({ text }) => replace(text));
    await serve(legacy);
    await serve(shim);
    const exported = shim.split('\n').filter((line) => line.startsWith('export'));
    const script = ['shopt -s expand_aliases', 'set -e', ...exported, prepare, ...steps].join('\n');
    await writeFile(join(folder, 'runbook.sh'), script);
    const { stdout } = await run('bash', [join(folder, 'runbook.sh')], { cwd: ROOT, env: environment() });
    const printed = [...stdout.matchAll(/^\{.*\}$/gm)].map(
      ([json]) => JSON.parse(json) as Record<string, unknown>,
    );
    const rollouts = printed.flatMap(({ outcome, rollout }) => (outcome ? [JSON.stringify(rollout)] : []));
    expect(rollouts.map((rollout) => /"stage":"([\w-]+)"/.exec(rollout)?.[1])).toEqual([
      'shadow',
      'dual-write',
      'dual-write',
      'switched',
      'dual-write',
      'switched',
      'complete',
    ]);
    const report = JSON.parse(await readFile(join(folder, 'gate-report.json'), 'utf8')) as object;
    expect(report).toMatchObject({ schema: 1, dialect: 'magicline-v1' });
  }, 600_000);

  function block(language: string, at: number): string {
    return blocks.filter((one) => one.language === language)[at]?.text ?? '';
  }

  async function serve(script: string): Promise<void> {
    const server = spawn('bash', ['-c', `set -e\n${script.replace(/^node /m, 'exec node ')}`], {
      cwd: ROOT,
      env: environment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    servers.push(server);
    let told = '';
    for await (const piece of server.stderr) {
      told += String(piece);
      if (told.includes('polyface listens')) return;
    }
    throw new Error(`the server did not start: ${told}`);
  }
});

/** The Node that runs this, first in the path. */
function environment(): Record<string, string> {
  return { PATH: `${resolve(process.execPath, '..')}:${process.env.PATH ?? ''}`, HOME: tmpdir() };
}

/** The first of twenty ports, of which those that the page uses are free. */
async function freePorts(): Promise<number> {
  for (;;) {
    const base = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await Promise.all([0, 1, 10, 11].map((offset) => isFree(base + offset)));
    if (!free.includes(false)) return base;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
