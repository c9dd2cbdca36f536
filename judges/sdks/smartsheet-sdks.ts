/*
 * Smartsheet's own SDKs against one gateway with `profile: by-client`: each call that is about pictures. `node scripts/run.mjs
 * judges/sdks/smartsheet-sdks.ts [javascript python java]`. Ends with `N passed, N failed`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPolyface } from '../../src/main.ts';
import { loadSettings } from '../../src/settings/load-settings.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { requireTool, runTool } from '../../test/generators/run-tool.ts';

const root = join(import.meta.dirname, '../..');
const here = import.meta.dirname;
const picture = join(root, 'test/fixtures/portrait.jpg');
const languages = process.argv.length > 2 ? process.argv.slice(2) : ['javascript', 'python', 'java'];

const folder = await mkdtemp(join(tmpdir(), 'polyface-sdks-'));
const settings = await loadSettings({
  env: {},
  overrides: { file: join(root, 'config/demo.yaml'), port: 0, dataDir: join(folder, 'data') },
});
const gateway = await startPolyface(
  {
    ...settings,
    dialects: { smartsheet: { options: {}, ...settings.dialects.smartsheet, profile: 'by-client' } },
    validateResponses: 'enforce',
    log: { level: 'silent' },
  },
  { store: createMemoryStore() },
);

/** By SDK. */
const CALLS: readonly {
  readonly name: string;
  readonly language: string;
  command(): Promise<readonly string[]>;
}[] = [
  {
    name: 'JavaScript 5.3.0',
    language: 'javascript',

    command: async () => javascript('smartsheet'),
  },
  {
    name: 'JavaScript 4.5.0',
    language: 'javascript',

    command: async () => javascript('smartsheet-4'),
  },
  {
    name: 'Python 4.4.0',
    language: 'python',
    command: async () => {
      await requireTool(['bash', 'judges/install-python-tools.sh'], { cwd: root });
      return [join(root, 'judges/python-tools/bin/python'), join(here, 'python.py'), gateway.url, picture];
    },
  },
  { name: 'Java 2.146.0', language: 'java', command: java },
];

try {
  let passed = 0;
  let failed = 0;
  for (const { name, language, command } of CALLS) {
    if (!languages.includes(language)) continue;
    const { stdout, output } = await runTool(await command(), { cwd: root });
    const expected = [
      'upload u!1!',
      'me Jane Doe',
      'user 1050',
      'picture 200 image/jpeg',
      'error 1020',
      'stranger 1002',
    ];
    const missing = expected.filter((line) => !stdout.split('\n').includes(line));
    if (missing.length === 0) passed += 1;
    else failed += 1;
    console.log(`${missing.length === 0 ? 'ok  ' : 'FAIL'} ${name}`);
    if (missing.length > 0) console.log(`     missing: ${missing.join('; ')}\n${output.slice(0, 4000)}`);
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
} finally {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Each comes from a folder of its own, so a file is imported and not a name. */
function javascript(module: string): readonly string[] {
  const file = module === 'smartsheet' ? 'node_modules' : 'judges/node_modules';
  return [
    'node',
    join(here, 'javascript.mjs'),
    join(root, file, module, 'dist/index.js'),
    gateway.url,
    picture,
  ];
}

async function java(): Promise<readonly string[]> {
  const file = join(folder, 'class-path');
  const maven = ['mvn', '-q', '-B', '-f', join(here, 'pom.xml'), 'dependency:build-classpath'];
  await requireTool([...maven, `-Dmdep.outputFile=${file}`], { cwd: root });
  const classPath = (await readFile(file, 'utf8')).trim();
  await requireTool(['javac', '-d', folder, '-cp', classPath, join(here, 'SmartsheetCalls.java')], {
    cwd: root,
  });
  return ['java', '-cp', `${folder}:${classPath}`, 'SmartsheetCalls', gateway.url, picture];
}
