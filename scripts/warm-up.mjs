/*
 * The last part of a build: one start of the demo, so that the engine's compiled code lies in `dist/compiled` before the first start that
 * counts. Where the demo does not start, say in the middle of somebody's work, that is told; in CI it ends the build.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './set-up.mjs';

const dataDir = mkdtempSync(join(tmpdir(), 'polyface-warm-up-'));
const gateway = spawn(
  process.execPath,
  ['dist/src/cli/polyface.js', 'serve', '--config', 'config/demo.yaml', '--port', '0', '--data-dir', dataDir],
  { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, NODE_ENV: 'production' } },
);
const ended = once(gateway, 'exit');
let said = '';
for await (const piece of gateway.stderr) {
  said += piece;
  const [, url] = /listens on (\S+)\n/.exec(said) ?? [];
  if (!url) continue;
  await (await fetch(`${url}/healthz`)).text();
  break;
}
// Compiled code is written when the process ends by itself.
gateway.kill('SIGTERM');
const [code] = await ended;
rmSync(dataDir, { recursive: true, force: true });
if (code !== 0) {
  console.error(`the build does not start (${code}): ${said}`);
  process.exit(process.env.CI ? 1 : 0);
}
