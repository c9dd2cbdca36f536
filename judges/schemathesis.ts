/*
 * Has Schemathesis, which shares no code with this project, make requests of every document and judge the answers: all of its phases and, by default, checks,
 * a fixed seed, real pictures. `node scripts/run.mjs judges/schemathesis.ts [--only timbu]`. Ends with `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { WireProfile } from '../src/domain/index.ts';
import { startSandbox } from '../src/sandbox/index.ts';
import { readDemoGuide } from '../src/settings/demo-guide.ts';
import { requireTool } from '../test/generators/run-tool.ts';

const tools = join(import.meta.dirname, 'python-tools/bin');
const SEED = '20';
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, examples: { type: 'string', default: '10' } },
});

/** Every document that is published. */
const RUNS: readonly (readonly [dialect: string, profile: WireProfile])[] = [
  ['capillary-v2', 'documented'],
  ['capillary-v2', 'observed'],
  ['magicline-v1', 'documented'],
  ['smartsheet', 'documented'],
  ['smartsheet', 'observed'],
  ['timbu', 'documented'],
  ['timbu', 'observed'],
  ['native', 'documented'],
];

/** By security scheme, so that Schemathesis can leave the credential out. The demo's. */
const CREDENTIALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'capillary-v2': {
    till: 'username = "store.server", password = "8a16a6b70505eb1f1ff7cdc0cd5559a7"',
  },
  'magicline-v1': { apiKey: 'api_key = "demo-v1-key"' },
  smartsheet: { APIToken: 'bearer = "demo-smartsheet-admin"' },
  timbu: { bearer: 'bearer = "demo-timbu-ada"' },
  native: { key: 'bearer = "demo-native-key"' },
};

/** Checks that do not fit, and why; as sections of Schemathesis's settings. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  // `/customers/lookup/setImage` is a `/customers/{userId}/setImage`, too: there is a GET. Its form says the number of files by `if` and `then`, which
  // Schemathesis 4 rewrites as `not` and then takes a form of two files, which is allowed, for a violation. The forms by number are judged.
  'capillary-v2': `[[operations]]
include-path = "/v2/customers/lookup/setImage"
checks.unsupported_method.enabled = false
checks.allow_header_conformance.enabled = false
checks.negative_data_rejection.enabled = false`,
  // Business errors come with HTTP 200.
  'capillary-v2 observed': `[checks.negative_data_rejection]
enabled = false`,
  // A condition that does not hold gets 412. A fault that a schema cannot express (an id that is not the one in
  // the path) gets 422. A list of people is answered line by line, so a 200 does not say that a person was
  // created. Its example is NDJSON, which Schemathesis takes from a strategy but not from an example.
  native: `[checks.positive_data_acceptance]
expected-statuses = ["2xx", "404", "409", "412", "422"]
[[operations]]
include-path-regex = "/people"
checks.ensure_resource_availability.enabled = false
[[operations]]
include-name = "POST /people"
phases.examples.enabled = false`,
  // Any path below the mount: what is not documented is not found.
  'magicline-v1': `[[operations]]
include-path = "/{anyPath}"
checks.unsupported_method.enabled = false`,
};

await requireTool(['bash', 'install-python-tools.sh'], { cwd: import.meta.dirname });
const guide = await readDemoGuide();
let passed = 0;
let failed = 0;
for (const [dialect, profile] of RUNS) {
  if (!dialect.includes(values.only)) continue;
  console.log(`\n── ${dialect} (${profile})`);
  if (await judge(dialect, profile)) passed += 1;
  else failed += 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

async function judge(dialect: string, profile: WireProfile): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-schemathesis-'));
  const sandbox = await startSandbox({ profile, dialects: [dialect] });
  try {
    const config = join(folder, 'schemathesis.toml');
    await writeFile(config, configOf(dialect, profile));
    const child = spawn(
      join(tools, 'schemathesis'),
      [
        '--config-file',
        config,
        'run',
        `${sandbox.url}/openapi/${dialect}.json`,
        '--phases',
        'examples,coverage,fuzzing,stateful',
        '--seed',
        SEED,
        '--max-examples',
        values.examples,
        '--generation-database',
        'none',
        '--no-color',
        '--continue-on-failure',
        '--report',
        'junit',
        '--report-junit-path',
        join(folder, 'junit.xml'),
      ],
      {
        cwd: folder,
        stdio: 'inherit',
        env: {
          ...process.env,
          SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
          POLYFACE_DIALECT: dialect,
          PYTHONPATH: import.meta.dirname,
          PYTHONDONTWRITEBYTECODE: '1',
        },
      },
    );
    const [code] = await once(child, 'exit');
    return code === 0;
  } finally {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The demo's credentials and people: without them every answer is 401 or 404, and says little. */
function configOf(dialect: string, profile: WireProfile): string {
  const { params = {} } = guide[dialect] ?? {};
  return [
    '[auth.openapi]',
    ...Object.entries(CREDENTIALS[dialect] ?? {}).map(([scheme, value]) => `${scheme} = { ${value} }`),
    '[parameters]',
    ...Object.entries(params).map(([name, value]) => `${JSON.stringify(name)} = ${JSON.stringify(value)}`),
    EXCEPTIONS[`${dialect} ${profile}`] ?? '',
    EXCEPTIONS[dialect] ?? '',
    '',
  ].join('\n');
}
