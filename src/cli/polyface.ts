#!/usr/bin/env node
import { Command } from 'commander';
import { corpusCommand } from './corpus.ts';
import { fsckCommand } from './fsck.ts';
import { gcCommand } from './gc.ts';
import { keysCommand } from './keys.ts';
import { serveCommand } from './serve.ts';

const program = new Command('polyface')
  .description('One profile-image store behind the legacy APIs that clients already speak.')
  .addCommand(serveCommand())
  .addCommand(keysCommand())
  .addCommand(gcCommand())
  .addCommand(fsckCommand())
  .addCommand(corpusCommand())
  .showHelpAfterError();

try {
  await program.parseAsync();
} catch (cause) {
  // People get one line; whoever needs more sets POLYFACE_DEBUG.
  process.stderr.write(`polyface: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  if (process.env.POLYFACE_DEBUG) console.error(cause);
  process.exitCode = 1;
}
