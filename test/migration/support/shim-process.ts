import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type GatewayProcess, startGatewayProcess } from '../../support/gateway-process.ts';
import { DEMO_FILE } from '../../support/start-gateway.ts';

/** A person for each number: customer 5000 + number of v1. */
export function crowdSubject(number: number): { id: string; customer: string } {
  return { id: `crowd-${number}`, customer: String(5_000 + number) };
}

/** A shim in processes of its own, with the commands that operate it. */
export interface ShimHouse {
  readonly folder: string;
  /** Starts one more gateway process on the same store. */
  start(env?: Readonly<Record<string, string>>, args?: readonly string[]): Promise<GatewayProcess>;
  /** Runs `polyface …` and gives what it printed, parsed, with its exit code. */
  polyface(
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly json: Record<string, unknown> }>;
  /** The ids of the crowd, one a line. */
  readonly subjectsFile: string;
  remove(): Promise<void>;
}

const PROGRAM = join(import.meta.dirname, '../../../src/cli/polyface.ts');

/** The demo's settings with a crowd of v1 customers, in front of a v1 backend. */
export async function createShimHouse(options: {
  readonly backendUrl: string;
  readonly crowd: number;
  /** The settings list no people. Subjects are made from their ids. */
  readonly open?: boolean;
  /** The people of the demo keep their ids in v1, although the list of the crowd does not name them. */
  readonly keepsDemoPeople?: boolean;
  readonly backend?: Readonly<Record<string, unknown>>;
  readonly limits?: Readonly<Record<string, unknown>>;
}): Promise<ShimHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-shim-'));
  const crowd = Array.from({ length: options.crowd }, (_, number) => crowdSubject(number));
  const demo = await readFile(DEMO_FILE, 'utf8');
  const people = crowd.map(
    ({ id, customer }) =>
      `      - { id: ${id}, aliases: { capillary-v2: '${customer}', magicline-v1: '${customer}', native: ${id} } }\n`,
  );
  const migration = {
    migration: {
      backends: [
        {
          tenant: 'demo',
          dialect: 'magicline-v1',
          baseUrl: options.backendUrl,
          credential: { kind: 'header', name: 'x-api-key', value: 'demo-v1-key' },
          settleSeconds: 1,
          timeoutSeconds: 5,
          requestsPerSecond: 2000,
          gate: { minSamples: 0, maxDifferentPercent: 100, requirePreflight: false },
          ...options.backend,
        },
      ],
    },
    rateLimits: { enabled: false },
    ...(options.limits ? { limits: options.limits } : {}),
    log: { level: 'warn' },
  };
  const file = join(folder, 'shim.yaml');
  // The crowd is everybody at the backend: the gate counts people by the directory.
  const others = options.keepsDemoPeople ? demo : demo.replaceAll(/magicline-v1: '100\d'(, )?/g, '');
  const text = options.open
    ? demo.replace('strictSubjects: true', 'strictSubjects: false')
    : others.replace('    subjects:\n', `    subjects:\n${people.join('')}`);
  await writeFile(file, `${withoutKeys(text, Object.keys(migration))}\n${stringify(migration)}`);
  const subjectsFile = join(folder, 'subjects.txt');
  await writeFile(subjectsFile, `# the crowd\n${crowd.map(({ customer }) => customer).join('\n')}\n`);
  const place = ['--config', file, '--data-dir', join(folder, 'data')];
  return {
    folder,
    subjectsFile,
    start: (env, args = []) => startGatewayProcess([...place, ...args], env),
    // What these print for people otherwise is for tests as for programs.
    polyface: (...args) => runPolyface([...args, ...place, ...(args[0] === 'backfill' ? ['--json'] : [])]),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function withoutKeys(yaml: string, keys: readonly string[]): string {
  return yaml
    .split('\n')
    .filter((line) => !keys.some((key) => line.startsWith(`${key}:`)))
    .join('\n');
}

/** Runs `polyface …` and gives what it printed last, parsed, with its exit code. */
export function runPolyface(
  args: readonly string[],
): Promise<{ code: number; json: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, stdout, stderr) => {
      const code = error ? Number(error.code ?? 1) : 0;
      const line = stdout.trim().split('\n').at(-1) ?? '';
      if (!line.startsWith('{')) reject(new Error(`polyface ${args[0]} ended with ${code}: ${stderr}`));
      else resolve({ code, json: JSON.parse(line) as Record<string, unknown> });
    });
  });
}
