import { writeFile } from 'node:fs/promises';
import { abandonBackend } from '../migration/operate/abandon-backend.ts';
import { cancel } from '../migration/operate/take-step.ts';
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
    return printFacts(await stepOverAdmin('cancel', {}, { ...options, admin }), { json });
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
    const { people = [], ...told }: { people?: readonly object[] } = await stepOverAdmin(
      'abandon',
      { override },
      { ...options, admin },
    );
    await writeLines(file, people);
    return printFacts({ ...told, abandoned_people: people.length, people_file: file }, { json });
  }
  const how = { timeoutMs: timeout * 1000, onWait: showPhase, override };
  const result = await withMigration(options, async (operated) => {
    const abandoned = await abandonBackend(operated, how);
    await auditStep(operated, 'abandon', abandoned, override);
    return abandoned;
  });
  const people = result.people.map(({ subjectId, what, reason }) => ({
    id: subjectId,
    what,
    ...(reason === undefined ? {} : { reason }),
  }));
  await writeLines(file, people);
  printStep(result, options, { abandoned_people: result.people.length, people_file: file });
}

function writeLines(file: string, people: readonly object[]): Promise<void> {
  return writeFile(file, people.map((one) => `${JSON.stringify(one)}\n`).join(''));
}
