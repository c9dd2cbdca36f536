/*
 * `npm run examples [-- jest vitest pytest junit nodes]`: projects of other people, outside of this one, with the packed package: the examples of the
 * docs as they are printed, each with a question that holds and one that does not. Ends with `N passed, N failed`.
 */
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireTool, runTool, type ToolRun } from '../generators/run-tool.ts';

const root = join(import.meta.dirname, '../..');
const NODES = { 22: '22.23.3', 24: '24.21.0' } as const;
const EXAMPLES = ['jest', 'vitest', 'pytest', 'junit', 'nodes'];

const wanted = process.argv.length > 2 ? process.argv.slice(2) : EXAMPLES;
const unknown = wanted.filter((name) => !EXAMPLES.includes(name));
if (unknown.length > 0)
  throw new Error(`no such example: ${unknown.join(', ')}; there are ${EXAMPLES.join(', ')}`);

const folder = await mkdtemp(join(tmpdir(), 'polyface-examples-'));
let passed = 0;
let failed = 0;
try {
  await setUp();
  if (wanted.includes('jest')) await runJest();
  if (wanted.includes('vitest')) await runVitest();
  if (wanted.includes('pytest')) await runPytest();
  if (wanted.includes('junit')) await runJunit();
  if (wanted.includes('nodes')) await runNodes();
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** A project that has the package, the runners and both Nodes. */
async function setUp(): Promise<void> {
  const packed = await requireTool(
    ['npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    { cwd: root },
  );
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  await copyFile(join(root, 'test/fixtures/portrait.jpg'), join(folder, 'portrait.jpg'));
  const nodes = Object.entries(NODES).map(([major, version]) => `node-${major}@npm:node@${version}`);
  await install(join(folder, filename), 'jest@30.5.2', 'vitest@5.1.2', ...nodes);
}

/** As a user does, without what `npm run` hands down of this project's own settings: its silence, and its list of allowed scripts. */
function install(...packages: readonly string[]): Promise<string> {
  const asUser = ['--loglevel=error', '--strict-allow-scripts=false', '--no-audit', '--no-fund'];
  return requireTool(['npm', 'install', ...asUser, ...packages], { cwd: folder });
}

function node(major: string): string {
  return join(folder, 'node_modules', `node-${major}`, 'bin/node');
}

/** The first example of the docs, and the same with a question that does not hold. */
async function writeTests(place: string, runner: 'jest' | 'vitest'): Promise<void> {
  const docs = await readFile(join(root, 'docs/testing-with-polyface.md'), 'utf8');
  const [, printed] = /```ts\n(import \{ readFile[\s\S]*?)```/.exec(docs) ?? [];
  if (!printed) throw new Error('the docs have no example');
  const example = runner === 'jest' ? printed : printed.replace("'@jest/globals'", "'vitest'");
  if (
    runner === 'vitest' &&
    !docs.includes("import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';")
  )
    throw new Error('the docs do not say what is different with vitest');
  const wrong = example.replace("format: 'jpeg',", "format: 'png',\n    maxSide: 100,");
  await mkdir(place, { recursive: true });
  await copyFile(join(folder, 'portrait.jpg'), join(place, 'portrait.jpg'));
  await writeFile(join(place, 'package.json'), '{ "type": "module" }');
  await writeFile(join(place, 'right.test.js'), example);
  await writeFile(join(place, 'wrong.test.js'), wrong);
}

async function runJest(): Promise<void> {
  const place = join(folder, 'with-jest');
  await writeTests(place, 'jest');
  for (const major of Object.keys(NODES)) {
    const jest = [node(major), '--experimental-vm-modules', join(folder, 'node_modules/jest/bin/jest.js')];
    await judge(`jest on Node ${major}`, [...jest, '--rootDir', place], place);
  }
}

async function runVitest(): Promise<void> {
  const place = join(folder, 'with-vitest');
  await writeTests(place, 'vitest');
  for (const major of Object.keys(NODES)) {
    const vitest = [node(major), join(folder, 'node_modules/vitest/vitest.mjs'), 'run'];
    await judge(`vitest on Node ${major}`, [...vitest, '--root', place], place);
  }
}

/** Runs the right example, which must pass, and the wrong one, which must fail and say why. */
async function judge(name: string, command: readonly string[], place: string): Promise<void> {
  const right = await runTool([...command, 'right.test.js'], { cwd: place });
  report(`${name}: the example as printed`, right.ok, right);
  const wrong = await runTool([...command, 'wrong.test.js'], { cwd: place });
  const said =
    wrong.output.includes('format: png was asked for, jpeg was sent') &&
    wrong.output.includes('maxSide: 100 was asked for, it is 900 × 1200');
  report(`${name}: a question that does not hold fails and says why`, !wrong.ok && said, wrong);
}

async function runPytest(): Promise<void> {
  await requireTool(['bash', 'judges/install-python-tools.sh'], { cwd: root });
  const place = join(folder, 'with-pytest');
  await cp(join(root, 'docs/testing/pytest'), place, { recursive: true });
  const ran = await runTool(
    [join(root, 'judges/python-tools/bin/python'), '-m', 'pytest', '-q', '-p', 'no:cacheprovider'],
    { cwd: place, env: commandLine() },
  );
  report('pytest', ran.ok && /\b3 passed/.test(ran.output), ran);
}

async function runJunit(): Promise<void> {
  const place = join(folder, 'with-junit');
  await cp(join(root, 'docs/testing/junit'), place, { recursive: true });
  const ran = await runTool(['mvn', '-B', 'test'], { cwd: place, env: commandLine() });
  report('JUnit', ran.ok && /Tests run: 2, Failures: 0, Errors: 0, Skipped: 0/.test(ran.output), ran);
}

/** Each entry is imported on each Node that there is; older ones get one clear line. */
async function runNodes(): Promise<void> {
  await install('node-20@npm:node@20.20.2');
  for (const entry of ['sandbox', 'conformance', 'matchers']) {
    const imported = ['--input-type=module', '-e', `await import('polyface/${entry}')`];
    for (const major of Object.keys(NODES)) {
      const ran = await runTool([node(major), ...imported], { cwd: folder });
      report(`polyface/${entry} on Node ${major}`, ran.ok, ran);
    }
    const ran = await runTool([node('20'), ...imported], { cwd: folder });
    const said = ran.output.includes('polyface needs Node.js 22 or newer; this is 20.');
    report(`polyface/${entry} on Node 20 says what it needs`, !ran.ok && said, ran);
  }
}

/** The program of the package, on a Node that it accepts. */
function commandLine(): Record<string, string> {
  return {
    POLYFACE: `${node('24')} ${join(folder, 'node_modules/polyface/dist/src/cli/polyface.js')}`,
    PORTRAIT: join(folder, 'portrait.jpg'),
  };
}

function report(name: string, isGood: boolean, { output }: ToolRun): void {
  if (isGood) passed += 1;
  else failed += 1;
  console.log(`${isGood ? 'ok  ' : 'FAIL'} ${name}`);
  if (!isGood) console.log(output.slice(-6000));
}
