/*
 * Runs the behaviour suites of the stores and writes the table of promises and drivers into docs/stores.md from what came out;
 * `--check` fails where it differs. `node scripts/run.mjs scripts/write-store-promises.ts`
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

interface SuiteReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

const file = 'docs/stores.md';
const marks = ['<!-- stores:begin -->', '<!-- stores:end -->'] as const;
/** How the title of a promise begins that an engine is known to break; see test/store/describe-promises.ts. */
const BROKEN = 'is known to break: ';
const sections = ['bodies', 'records'] as const;

async function runSuites(): Promise<SuiteReport> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-promises-'));
  const output = join(folder, 'report.json');
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
  ];
  try {
    await promisify(execFile)(
      process.execPath,
      [
        ...jest,
        '--json',
        '--outputFile',
        output,
        '--testMatch',
        '**/test/store/{filesystem,azure,s3,memory}/*-store.test.ts',
        '**/test/store/{azure,s3}/*-store*.long.ts',
      ],
      { maxBuffer: 2 ** 26 },
    ).catch((failure: { readonly code?: number }) => {
      // A promise that is broken ends the run with 1 and still belongs into the table.
      if (failure.code !== 1) throw failure;
    });
    return JSON.parse(await readFile(output, 'utf8')) as SuiteReport;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function tableOf({ testResults }: SuiteReport): string {
  const results = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .flatMap(({ ancestorTitles: [suite = ''], title, status }) => {
      const [driver, section] = suite.split(': ');
      return driver !== undefined && section !== undefined ? [{ driver, section, title, status }] : [];
    });
  const drivers = [...new Set(results.map(({ driver }) => driver))].toSorted(
    (a, b) => orderOf(a) - orderOf(b) || a.localeCompare(b),
  );
  const cell = (section: string, title: string, driver: string) => {
    const of = (name: string) =>
      results.find(
        (result) => result.section === section && result.title === name && result.driver === driver,
      )?.status;
    if (of(BROKEN + title) === 'passed') return 'no';
    return of(title) === 'passed' ? '✓' : '✗';
  };
  const rows = sections.flatMap((section) => {
    const titles = new Set(
      results
        .filter((result) => result.section === section && !result.title.startsWith(BROKEN))
        .map(({ title }) => title),
    );
    return [...titles].map(
      (title) =>
        `| ${section} | ${title} | ${drivers.map((driver) => cell(section, title, driver)).join(' | ')} |`,
    );
  });
  return [
    `|  | promise | ${drivers.join(' | ')} |`,
    `| --- | --- | ${drivers.map(() => ':-:').join(' | ')} |`,
    ...rows,
  ].join('\n');
}

function orderOf(driver: string): number {
  return [
    'filesystem',
    'azure (memory)',
    'azure (disk)',
    's3 (MiniStack)',
    's3 (versitygw)',
    'memory',
  ].indexOf(driver);
}

const INTRODUCTION = `Two ports, \`ObjectStore\` for bodies and \`RecordStore\` for documents that are swapped, and one behaviour suite that every driver
passes. The table is what the suite said (\`node scripts/run.mjs scripts/write-store-promises.ts\`); \`azure\` ran against Azurite, \`s3\` against the engine in brackets.
\`no\`: the engine is known to break it; the suite fails once that changes, and a start refuses versitygw for what it does to removals.
\`memory\` is for tests and sandboxes: it keeps nothing after the process ends. [adding-a-store.md](adding-a-store.md) shows how to write another.`;

if (!existsSync('judges/versitygw/versitygw')) {
  throw new Error('versitygw is not there: bash judges/install-versitygw.sh');
}
const text = await readFile(file, 'utf8');
const [before] = text.split(marks[0]);
const after = text.split(marks[1])[1];
const table = tableOf(await runSuites());
const next = `${before ?? ''}${marks[0]}\n${INTRODUCTION}\n\n${table}\n${marks[1]}${after ?? ''}`;
if (table.includes('✗')) {
  console.error(table);
  process.exitCode = 1;
} else if (process.argv.includes('--check') && next !== text) {
  console.error(
    `${file} does not show what the suites say: node scripts/run.mjs scripts/write-store-promises.ts`,
  );
  process.exitCode = 1;
} else if (next !== text) {
  await writeFile(file, next);
}
