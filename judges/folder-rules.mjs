/* Runs the folder rules and makes sure that something was judged: a cruise of no modules succeeds as well. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
const { stdout, stderr, status } = spawnSync(
  process.execPath,
  [
    `${here}node_modules/dependency-cruiser/bin/dependency-cruiser.mjs`,
    '--config',
    `${here}folder-rules.cjs`,
    '--output-type',
    'json',
    'src',
    'dialects',
  ],
  { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 },
);
if (!stdout) {
  console.error(stderr);
  process.exit(status || 1);
}
const { summary } = JSON.parse(stdout);
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`);
console.log(`${summary.totalCruised} modules judged, ${summary.violations.length} violations`);
process.exit(summary.totalCruised < 100 || summary.violations.length > 0 ? 1 : 0);
