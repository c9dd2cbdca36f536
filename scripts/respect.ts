/*
 * Runs every Arazzo workflow of openapi/workflows against a gateway of its own, in both wire profiles, with `redocly respect`. Ends with
 * `N passed, N failed`; exits 1 where one failed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { WireProfile } from '../src/domain/index.ts';
import { publishDocument } from '../src/gateway/openapi/publish-document.ts';
import { startSandbox } from '../src/sandbox/index.ts';

/** What a workflow is run with. */
interface WorkflowInputs {
  /** The source's name in the workflow, and where its paths begin. */
  readonly servers: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '..');
const folder = await mkdtemp(join(tmpdir(), 'polyface-workflows-'));

/** By file name; the values are the demo's. */
const WORKFLOWS: Readonly<Record<string, WorkflowInputs>> = {
  'capillary-v2.arazzo.yaml': {
    servers: { capillary: '' },
    inputs: {
      till: 'c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3',
      userId: '565039507',
      email: 'grace.hopper@example.com',
    },
  },
  'capillary-v2-token.arazzo.yaml': {
    servers: { capillary: '' },
    inputs: { key: 'demo-client-key', secret: 'demo-client-secret', userId: '565039507' },
  },
  'magicline-v1.arazzo.yaml': {
    servers: { magicline: '/v1' },
    inputs: { key: 'demo-v1-key', readonlyKey: 'demo-v1-readonly', customerId: '1003' },
  },
  'smartsheet.arazzo.yaml': {
    servers: { smartsheet: '/2.0' },
    inputs: { token: 'demo-smartsheet-admin', userId: '48569348493401201' },
  },
  'timbu.arazzo.yaml': { servers: { timbu: '' }, inputs: { token: 'demo-timbu-ada' } },
  'native.arazzo.yaml': {
    servers: { native: '/native/v1' },
    inputs: { token: 'demo-native-key', id: 'ada' },
  },
};

const files = (await readdir(join(root, 'openapi/workflows'))).filter((name) =>
  name.endsWith('.arazzo.yaml'),
);
const failed: string[] = [];
let passed = 0;
for (const profile of ['documented', 'observed'] as const) {
  await layOut(profile);
  const sandbox = await startSandbox({ profile });
  try {
    for (const file of files) {
      const workflow = WORKFLOWS[file];
      if (!workflow) throw new Error(`${file} has no inputs in scripts/respect.ts`);
      console.log(`\n── ${file}, profile ${profile}`);
      if (await respects(file, workflow, sandbox.url)) passed += 1;
      else failed.push(`${file} (${profile})`);
      sandbox.reset();
    }
  } finally {
    await sandbox.stop();
  }
}
await rm(folder, { recursive: true });
console.log(
  `\n${passed} passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}`,
);
process.exitCode = failed.length > 0 ? 1 : 0;

/** The workflows beside one profile's documents, as their sources name them. */
async function layOut(profile: WireProfile): Promise<void> {
  await cp(join(root, 'openapi/workflows'), join(folder, 'workflows'), { recursive: true });
  for (const file of await readdir(join(root, 'openapi'))) {
    if (!file.endsWith('.yaml') || file === 'admin.yaml') continue;
    const document = publishDocument(parse(await readFile(join(root, 'openapi', file), 'utf8')), profile);
    await writeFile(join(folder, file), JSON.stringify(document, withoutWhatRespectMisreads));
  }
}

/** It takes a picture for `{}`, and has the members of an object evaluated by each `if` and `then` alone. */
function withoutWhatRespectMisreads(key: string, value: unknown): unknown {
  if (key === 'image/*') return {};
  return ['if', 'then', 'else'].includes(key) ? undefined : value;
}

async function respects(file: string, { servers, inputs }: WorkflowInputs, url: string): Promise<boolean> {
  const child = spawn(
    join(root, 'node_modules/.bin/redocly'),
    [
      'respect',
      join(folder, 'workflows', file),
      ...Object.entries(servers).flatMap(([name, path]) => ['--server', `${name}=${url}${path}`]),
      ...Object.entries(inputs).flatMap(([name, value]) => ['--input', `${name}=${value}`]),
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    },
  );
  const [code] = await once(child, 'exit');
  return code === 0;
}
