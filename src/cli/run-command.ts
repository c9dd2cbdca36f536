import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { projectFiles } from '../prepared/project-files.ts';

/** Each command in a file of its own; only the one that is asked for is loaded, so that `serve` starts fast. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand(),
  keys: async () => (await import('./keys.ts')).keysCommand(),
  conform: async () => (await import('./conform.ts')).conformCommand(),
  sandbox: async () => (await import('./sandbox.ts')).sandboxCommand(),
  census: async () => (await import('./census.ts')).censusCommand(),
  corpus: async () => (await import('./corpus.ts')).corpusCommand(),
  gc: async () => (await import('./gc.ts')).gcCommand(),
  fsck: async () => (await import('./fsck.ts')).fsckCommand(),
  migrate: async () => (await import('./migrate.ts')).migrateCommand(),
  backfill: async () => (await import('./backfill.ts')).backfillCommand(),
};

/** Runs the command that the command line names. */
export async function runCommand(): Promise<void> {
  const program = new Command('polyface')
    .description('One profile-image store behind the legacy APIs that clients already speak.')
    .showHelpAfterError();

  try {
    const asked = commands[process.argv[2] ?? ''];
    if (!asked) program.version(await version());
    for (const load of asked ? [asked] : Object.values(commands)) program.addCommand(await load());
    await program.parseAsync();
  } catch (cause) {
    // People get one line; whoever needs more sets POLYFACE_DEBUG.
    process.stderr.write(`polyface: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    if (process.env.POLYFACE_DEBUG) console.error(cause);
    process.exitCode = 1;
  }
}

async function version(): Promise<string> {
  const text = await readFile(join(projectFiles().root, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
