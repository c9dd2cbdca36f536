#!/usr/bin/env node
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

/** The oldest Node that has everything the sources use; a clone brings its own, whoever depends on the package may not. */
const OLDEST_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `polyface: Node.js ${OLDEST_NODE} or newer is needed; this is ${process.versions.node}\n`,
  );
  process.exit(1);
}
// What the engine compiles is kept beside the bundle; it would be a third of a start. The build fills the folder; where it cannot be
// written it stays as the build left it. It has to be named before what it is for is imported.
if (import.meta.url.endsWith('.js')) {
  module.enableCompileCache?.(fileURLToPath(new URL('../../compiled', import.meta.url)));
}
// Reading the maps takes as long as all the rest of a start: the log translates places when there are any to be translated.
if (process.env.POLYFACE_DEBUG) process.setSourceMapsEnabled(true);

const { runCommand } = await import('./run-command.ts');
await runCommand();
