#!/usr/bin/env node
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * The oldest Node that has everything the sources use. A clone brings its own Node, but a project that
 * depends on the package may run an older one.
 */
const OLDEST_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `polyface: Node.js ${OLDEST_NODE} or newer is needed; this is ${process.versions.node}\n`,
  );
  process.exit(1);
}
// Node caches compiled code in the program's own folder. In the system's temporary folder other users could
// plant code. Where the folder is read-only, each start compiles again.
if (import.meta.url.endsWith('.js')) {
  module.enableCompileCache(fileURLToPath(new URL('../../compiled', import.meta.url)));
}
if (process.env.POLYFACE_DEBUG) process.setSourceMapsEnabled(true);

const { runCommand } = await import('./run-command.ts');
await runCommand();
