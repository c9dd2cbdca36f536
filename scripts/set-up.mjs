/*
 * What every script does first. Runs on whatever Node is there (>= 20): the pinned one comes with the dependencies.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The environment in which the project's own tools and its pinned Node come first. */
export function environment(extra = {}) {
  const path = [join(root, 'node_modules/node/bin'), join(root, 'node_modules/.bin'), process.env.PATH].join(
    delimiter,
  );
  return { ...process.env, PATH: path, ...extra };
}

/** Runs a command with the pinned Node first in PATH; ends this process with its exit code when it fails. */
export function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: environment(),
    ...options,
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? (signal ? 1 : 0));
}

/** Installs the locked dependencies of a folder where they are missing or older than the lock. */
export function installDependencies(folder = root) {
  const installed = join(folder, 'node_modules/.package-lock.json');
  const lock = join(folder, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs - 1000) return;
  console.error(`installing the locked dependencies in ${folder} …`);
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    env: process.env,
    stdio: ['ignore', 2, 2],
  });
  const now = new Date();
  utimesSync(installed, now, now);
}

/** What a build is made from; documents are only prepared by it, a changed one holds without a build. */
const SOURCES = [
  'src',
  'dialects',
  'scripts/bundle.ts',
  'scripts/bundle-plugins.ts',
  'scripts/prepare-start.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];

/** Checks the types and bundles the sources where they are newer than the last build. The last one stands until the new one is whole. */
export function build() {
  const dist = join(root, 'dist');
  const stamp = join(dist, '.built');
  if (existsSync(stamp) && statSync(stamp).mtimeMs > newestOf(SOURCES)) return;
  const began = new Date();
  console.error('building …');
  const next = join(root, 'dist-next');
  rmSync(next, { recursive: true, force: true });
  const stdio = ['ignore', 2, 2];
  run('tsc', ['-p', 'tsconfig.build.json', '--outDir', next], { stdio });
  run('node', ['scripts/bundle.ts', next], { stdio });
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
  run('node', ['scripts/warm-up.mjs'], { stdio });
  writeFileSync(stamp, '');
  // A source that was changed in the meantime is not in it.
  utimesSync(stamp, began, began);
}

function newestOf(paths) {
  return Math.max(
    ...paths.map((path) => {
      const full = join(root, path);
      const { mtimeMs } = statSync(full);
      if (!statSync(full).isDirectory()) return mtimeMs;
      return Math.max(mtimeMs, ...readdirSync(full).map((name) => newestOf([join(path, name)])));
    }),
  );
}
