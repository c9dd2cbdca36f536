import { Command } from 'commander';
import { StoreError } from '../domain/index.ts';
import { readVersion } from '../settings/project-files.ts';

/** Each command has a file of its own. Only the requested one is loaded, so that `serve` starts fast. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand(),
  check: async () => (await import('./check.ts')).checkCommand(),
  healthcheck: async () => (await import('./healthcheck.ts')).healthcheckCommand(),
  keys: async () => (await import('./keys.ts')).keysCommand(),
  conform: async () => (await import('./conform.ts')).conformCommand(),
  sandbox: async () => (await import('./sandbox.ts')).sandboxCommand(),
  admin: async () => (await import('./admin.ts')).adminCommand(),
  audit: async () => (await import('./audit.ts')).auditCommand(),
  census: async () => (await import('./census.ts')).censusCommand(),
  explain: async () => (await import('./explain.ts')).explainCommand(),
  people: async () => (await import('./people.ts')).peopleCommands(),
  requests: async () => (await import('./requests.ts')).requestsCommand(),
  reload: async () => (await import('./reload.ts')).reloadCommand(),
  gc: async () => (await import('./gc.ts')).gcCommand(),
  fsck: async () => (await import('./fsck.ts')).fsckCommand(),
  backup: async () => (await import('./copy-commands.ts')).backupCommand(),
  restore: async () => (await import('./copy-commands.ts')).restoreCommand(),
  copy: async () => (await import('./copy-commands.ts')).copyCommand(),
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
    if (!asked) program.version(await readVersion());
    for (const load of asked ? [asked] : Object.values(commands)) program.addCommand(await load());
    await program.parseAsync();
  } catch (cause) {
    // One line is enough for most users. POLYFACE_DEBUG prints the whole error.
    process.stderr.write(`polyface: ${messageWithCauses(cause)}\n`);
    if (process.env.POLYFACE_DEBUG) console.error(cause);
    process.exitCode = 1;
  }
}

/** A store error's own message says little. Its cause names the path, the call and the code. */
function messageWithCauses(error: unknown): string {
  if (!Error.isError(error)) return String(error);
  return error instanceof StoreError && error.cause !== undefined
    ? `${error.message}: ${messageWithCauses(error.cause)}`
    : error.message;
}
