import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { runPolyface } from '../../test/migration/support/shim-process.ts';
import { type GatewayProcess, startGatewayProcess } from '../../test/support/gateway-process.ts';
import { DEMO_FILE } from '../../test/support/start-gateway.ts';
import type { Account } from './server.ts';

/** Polyface in front of BigFastAPI, in a process of its own. */
export interface Shim {
  readonly gateway: GatewayProcess;
  /** Runs `polyface … --dialect timbu` and gives what it printed, parsed, with its exit code. */
  polyface(...args: readonly string[]): ReturnType<typeof runPolyface>;
  /** The ids of all people, one a line. */
  readonly subjectsFile: string;
}

/** Writes the settings and starts the gateway. It believes the server's tokens, and makes such for itself. */
export async function startShim(
  folder: string,
  backendUrl: string,
  secret: string,
  accounts: Readonly<Record<string, Account>>,
): Promise<Shim> {
  const demo = parse(await readFile(DEMO_FILE, 'utf8')) as { tenants: object[] };
  const tenant = {
    id: 'demo',
    strictSubjects: true,
    credentials: [{ id: 'users', dialect: 'timbu', kind: 'jwt-secret', secret }],
    subjects: Object.entries(accounts).map(([name, { id }]) => ({
      id: name,
      aliases: { timbu: id, native: name },
      profile: { firstName: name, lastName: 'Doe', email: `${name}@example.com` },
    })),
  };
  const backend = {
    tenant: 'demo',
    dialect: 'timbu',
    baseUrl: backendUrl,
    credential: { kind: 'subject-jwt', secret },
    picturePaths: ['/files/image/'],
    settleSeconds: 1,
    timeoutSeconds: 10,
    requestsPerSecond: 100,
    // The release prints a member less and a hash more: every answer differs.
    gate: { minSamples: 3, maxDifferentPercent: 100 },
  };
  const settings = {
    ...demo,
    dialects: { timbu: { profile: 'observed' }, native: {} },
    tenants: [tenant],
    migration: { backends: [backend] },
    rateLimits: { enabled: false },
    log: { level: 'warn' },
  };
  const file = join(folder, 'shim.yaml');
  await writeFile(file, stringify(settings));
  const subjectsFile = join(folder, 'subjects.txt');
  await writeFile(
    subjectsFile,
    Object.values(accounts)
      .map(({ id }) => `${id}\n`)
      .join(''),
  );
  const place = ['--config', file, '--data-dir', join(folder, 'data')];
  return {
    gateway: await startGatewayProcess(place),
    subjectsFile,
    polyface: (...args) => runPolyface([...args, '--dialect', 'timbu', '--json', ...place]),
  };
}
