#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// What the engine compiles is kept beside the bundle; it would be a third of a start. The build fills the folder; where it cannot be
// written it stays as the build left it. It has to be named before what it is for is imported.
if (import.meta.url.endsWith('.js')) {
  enableCompileCache(fileURLToPath(new URL('../../compiled', import.meta.url)));
}
// Reading the maps takes as long as all the rest of a start: the log translates places when there are any to be translated.
if (process.env.POLYFACE_DEBUG) process.setSourceMapsEnabled(true);

const { runCommand } = await import('./run-command.ts');
await runCommand();
