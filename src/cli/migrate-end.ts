import { readFile, writeFile } from 'node:fs/promises';
import { abandonBackend } from '../migration/operate/abandon-backend.ts';
import { describeStep } from '../migration/operate/describe-migration.ts';
import { cancel } from '../migration/operate/take-step.ts';
import { errorCode } from '../temporary-files/error-code.ts';
import { stepOverAdmin } from './migrate-over-admin.ts';
import { auditStep, type PrintedStep, printStep, showPhase } from './print-step.ts';
import { type MigrationOptions, withMigration } from './with-migration.ts';

/** `polyface migrate cancel`: turns a change under way around. */
export async function cancelChange({
  timeout,
  ...options
}: MigrationOptions & { readonly timeout: number }): Promise<void> {
  const { admin } = options;
  const how = { timeoutMs: timeout * 1000, onWait: showPhase };
  const step =
    admin === undefined
      ? await withMigration(options, async (operated) => {
          const cancelled = await cancel(operated, how);
          await auditStep(operated, 'cancel', cancelled, undefined);
          return describeStep(cancelled);
        })
      : await stepOverAdmin('cancel', { timeoutSeconds: timeout }, { ...options, admin });
  printStep(step, options);
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
  const { admin } = options;
  const how = { timeoutMs: timeout * 1000, onWait: showPhase, override };
  const { people = [], ...step }: PrintedStep =
    admin === undefined
      ? await withMigration(options, async (operated) => {
          const abandoned = await abandonBackend(operated, how);
          await auditStep(operated, 'abandon', abandoned, override);
          return describeStep(abandoned);
        })
      : await stepOverAdmin('abandon', { override, timeoutSeconds: timeout }, { ...options, admin });
  const facts = step.outcome === 'refused' ? {} : await writePeople(file, people);
  printStep({ ...step, ...facts }, options);
}

/**
 * One line for each. What an earlier try has named stays in the file, since a repeated one no longer names people
 * whose work it has ended. A refusal leaves the file as it is.
 */
async function writePeople(file: string, people: readonly object[]) {
  const named = new Set(await readLines(file));
  for (const one of people) named.add(JSON.stringify(one));
  await writeFile(file, [...named].map((line) => `${line}\n`).join(''));
  return { abandonedPeople: people.length, peopleFile: file };
}

async function readLines(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return [];
    throw cause;
  }
}
