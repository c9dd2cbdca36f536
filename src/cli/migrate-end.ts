import { readFile, writeFile } from 'node:fs/promises';
import { abandonBackend, describeAbandoned } from '../migration/operate/abandon-backend.ts';
import { cancel } from '../migration/operate/take-step.ts';
import { errorCode } from '../temporary-files/error-code.ts';
import { stepOverAdmin } from './migrate-over-admin.ts';
import { printFacts } from './print-facts.ts';
import { auditStep, printStep, showPhase } from './print-step.ts';
import { type MigrationOptions, withMigration } from './with-migration.ts';

/** `polyface migrate cancel`: turns a change under way around. */
export async function cancelChange({
  timeout,
  ...options
}: MigrationOptions & { readonly timeout: number }): Promise<void> {
  const { admin, json } = options;
  if (admin !== undefined)
    return printFacts(await stepOverAdmin('cancel', { timeoutSeconds: timeout }, { ...options, admin }), {
      json,
    });
  const how = { timeoutMs: timeout * 1000, onWait: showPhase };
  const result = await withMigration(options, async (operated) => {
    const cancelled = await cancel(operated, how);
    await auditStep(operated, 'cancel', cancelled, undefined);
    return cancelled;
  });
  printStep(result, options);
}

/** `polyface migrate complete --abandon FILE`: ends the migration although the backend is dead. */
export async function completeWithoutBackend({
  abandon: file,
  override,
  timeout,
  ...options
}: MigrationOptions & {
  readonly abandon: string;
  readonly override: string;
  readonly timeout: number;
}): Promise<void> {
  const { admin, json } = options;
  if (admin !== undefined) {
    const { people = [], ...told }: { people?: readonly object[]; outcome?: string } = await stepOverAdmin(
      'abandon',
      { override, timeoutSeconds: timeout },
      { ...options, admin },
    );
    const facts = told.outcome === 'refused' ? {} : await writePeople(file, people);
    return printFacts({ ...told, ...facts }, { json });
  }
  const how = { timeoutMs: timeout * 1000, onWait: showPhase, override };
  const result = await withMigration(options, async (operated) => {
    const abandoned = await abandonBackend(operated, how);
    await auditStep(operated, 'abandon', abandoned, override);
    return abandoned;
  });
  const isRefused = result.outcome === 'refused';
  printStep(result, options, isRefused ? {} : await writePeople(file, result.people.map(describeAbandoned)));
}

/**
 * One line for each. What an earlier try has named stays in the file, since a repeated one no longer names people
 * whose work it has ended. A refusal leaves the file as it is.
 */
async function writePeople(file: string, people: readonly object[]) {
  const named = new Set(await readLines(file));
  for (const one of people) named.add(JSON.stringify(one));
  await writeFile(file, [...named].map((line) => `${line}\n`).join(''));
  return { abandoned_people: people.length, people_file: file };
}

async function readLines(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return [];
    throw cause;
  }
}
