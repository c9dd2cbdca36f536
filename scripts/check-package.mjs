/*
 * Packs the project as npm would, and uses each of its entries as another project would: it is imported, and its
 * types are checked strictly, without skipLibCheck and with nothing but production dependencies. Then installs
 * the command in the way that the README names, and calls it from elsewhere by its name.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { build, environment, root } from './set-up.mjs';

build();
const { name, version, exports, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.keys(exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => entry.replace('.', name));
const folder = mkdtempSync(join(tmpdir(), 'polyface-package-'));
const env = environment();
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root),
  );
  const installed = join(folder, 'node_modules', name);
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', filename, '--strip-components=1', '-C', installed]);
  for (const dependency of Object.keys(dependencies)) {
    mkdirSync(dirname(join(folder, 'node_modules', dependency)), { recursive: true });
    symlinkSync(join(root, 'node_modules', dependency), join(folder, 'node_modules', dependency));
  }
  for (const wanted of [
    'openapi/timbu.yaml',
    'dist/openapi/timbu.observed.yaml',
    'config/demo.yaml',
    'dist/dialects/timbu/index.js',
    'dist/src/cli/polyface.js',
  ])
    if (!files.some(({ path }) => path === wanted)) throw new Error(`the package has no ${wanted}`);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'use.ts'),
    entries.map((entry, at) => `export * as entry${at} from '${entry}';\n`).join(''),
  );
  run(join(root, 'node_modules/.bin/tsc'), [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    'false',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    'use.ts',
  ]);
  for (const entry of entries) run('node', ['--input-type=module', '-e', `await import('${entry}')`]);
  const prefix = join(folder, 'global');
  // Where scripts are judged strictly, npm looks into the folder before it makes it.
  mkdirSync(join(prefix, 'lib'), { recursive: true });
  run('npm', ['install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', '--offline', root]);
  env.PATH = `${join(prefix, 'bin')}${delimiter}${env.PATH}`;
  const told = run('polyface', ['--version']).trim();
  if (told !== version) throw new Error(`polyface --version says ${told} instead of ${version}`);
  console.log(`polyface ${told} is on the path after npm install --global .`);
  console.log(`${entries.join(', ')}: imported, and typed without skipLibCheck; ${files.length} files`);
} catch (cause) {
  console.error(cause.stdout || cause.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
