/* `npm run check [-- name …]`: everything about the code that can be judged without running it. Ends with `N passed, N failed`. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, environment, installDependencies, root } from './set-up.mjs';

const quietRedocly = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

/** By name: the command, run with the pinned Node and the project's own tools first in PATH. */
const checks = {
  types: ['tsc', '-p', '.'],
  lint: ['oxlint', '--type-aware', '--deny-warnings'],
  format: ['biome', 'check', '.'],
  'folder-rules': ['node', 'judges/folder-rules.mjs'],
  'slow-expressions': ['node', 'judges/slow-expressions.mjs'],
  openapi: ['redocly', 'lint', 'openapi/admin.yaml', 'dist/openapi/*.yaml'],
  spectral: [
    'node',
    'judges/node_modules/@stoplight/spectral-cli/dist/index.js',
    'lint',
    'openapi/admin.yaml',
    'dist/openapi/*.yaml',
    '--ruleset=judges/spectral.yaml',
    '--fail-severity=hint',
    '--fail-on-unmatched-globs',
  ],
  breaking: ['node', 'judges/breaking-changes.mjs'],
  unused: ['knip'],
  settings: ['node', 'scripts/write-settings-table.ts', '--check'],
  package: ['node', 'scripts/check-package.mjs'],
  dockerfile: ['node', 'scripts/check-dockerfile.mjs'],
};

installDependencies();
installDependencies(join(root, 'judges'));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in checks));
if (unknown.length > 0) {
  console.error(`no such check: ${unknown.join(', ')}; there are ${Object.keys(checks).join(', ')}`);
  process.exit(2);
}
// Of the documents, those that are published are judged.
if (wanted.length === 0 || ['openapi', 'spectral', 'breaking'].some((name) => wanted.includes(name))) build();
const failed = [];
const names = wanted.length > 0 ? wanted : Object.keys(checks);
for (const name of names) {
  const [command, ...args] = checks[name];
  console.log(`\n── ${name}: ${[command, ...args].join(' ')}`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: environment(quietRedocly),
  });
  console.log(status === 0 ? `   ${name} passed` : `   ${name} FAILED`);
  if (status !== 0) failed.push(name);
}
console.log(
  `\n${names.length - failed.length} passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}`,
);
process.exit(failed.length > 0 ? 1 : 0);
