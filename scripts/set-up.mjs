/*
 * What every script does first. It runs on any Node from 20 on, because the pinned one comes with the dependencies.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The environment in which the project's own tools and its pinned Node come first. Tests and trials start
 * hundreds of processes from the sources: Node keeps what it compiled, so that each of them starts in half the
 * time.
 */
export function environment(extra = {}) {
  const path = [join(root, 'node_modules/node/bin'), join(root, 'node_modules/.bin'), process.env.PATH].join(
    delimiter,
  );
  const compiled = join(root, 'node_modules/.cache/compiled');
  return { ...process.env, PATH: path, NODE_COMPILE_CACHE: compiled, ...extra };
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
  // In a process of its own: this one waits for npm, and everything after it needs what npm brings.
  const progress = spawn(process.execPath, [join(root, 'scripts/show-install-progress.mjs'), folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  run('npm', ['ci', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'], {
    cwd: folder,
    env: process.env,
    stdio: ['ignore', 2, 2],
  });
  progress.kill();
  console.error(process.stderr.isTTY ? '\ninstalled' : 'installed');
  const now = new Date();
  utimesSync(installed, now, now);
}

/** Installs the judges: those of npm, and the S3 engine, which comes from PyPI. */
export function installJudges() {
  installDependencies(join(root, 'judges'));
  run('bash', ['judges/install-ministack.sh'], { env: process.env, stdio: ['ignore', 2, 2] });
}

/** What a build is made from. */
const SOURCES = [
  'src',
  'dialects',
  'openapi',
  'scripts/publish-documents.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];

/** Compiles the sources where they are newer than the last build. The last one stays until the new one is whole. */
export function build() {
  const dist = join(root, 'dist');
  const stamp = join(dist, '.built');
  if (existsSync(stamp) && statSync(stamp).mtimeMs > newestOf(SOURCES)) return;
  const began = new Date();
  console.error('building …');
  const next = join(root, 'dist-next');
  rmSync(next, { recursive: true, force: true });
  run('tsc', ['-p', 'tsconfig.build.json', '--outDir', next], { stdio: ['ignore', 2, 2] });
  run('vite', ['build', '--config', 'src/console/app/vite.config.mjs'], {
    stdio: ['ignore', 2, 2],
    env: environment({ CONSOLE_OUT: join(next, 'console') }),
  });
  run('node', ['scripts/publish-documents.ts', join(next, 'openapi')], { stdio: ['ignore', 2, 2] });
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
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
