import { appendFile } from 'node:fs/promises';
import { ERASE_GRACE_SECONDS, erasePerson } from '../../core/erase-person.ts';
import { type Problem, ProblemError, type SignedReceipt } from '../../domain/index.ts';
import { signingKeys } from '../../settings/signing-keys.ts';
import { confirm } from './confirm.ts';
import { auditPeople, describePersonProblem, type OpenedPeople } from './people-command.ts';
import { withPeopleParts } from './people-parts.ts';

/** The problems of an erasure when another change of the same person is under way. */
const OF_OTHERS: ReadonlySet<Problem['kind']> = new Set(['precondition-failed', 'conflict', 'person-erased']);

/**
 * Erases each person of the registry whose key is not in the list, and keeps the receipts in a file. Erases no
 * one where rows were rejected, because the person of such a row is not missing. Throws for an empty list,
 * because an empty file is a mistake.
 */
export async function eraseMissing(
  opened: OpenedPeople,
  inFile: ReadonlySet<string>,
  {
    rejected,
    receiptsFile,
    yes = false,
  }: { readonly rejected: number; readonly receiptsFile: string; readonly yes?: boolean },
): Promise<number> {
  const { registry, tenant, settings, signal } = opened;
  if (rejected > 0) {
    process.stderr.write('rows were rejected, so no person counts as missing and no person was erased\n');
    return 0;
  }
  if (inFile.size === 0)
    throw new Error('the file names nobody, so all people would be missing: no person was erased');
  const missing: string[] = [];
  for await (const { key } of registry.list(tenant)) if (!inFile.has(key)) missing.push(key);
  if (missing.length === 0) return 0;
  await confirm(`Erase ${missing.length} people who are not in the file, and all of their pictures?`, {
    yes,
  });
  const [signingKey] = await signingKeys(settings.downloads.keys, settings.dataDir);
  if (!signingKey) throw new Error('there is no key to sign the receipts with');
  return withPeopleParts(opened, async (parts) => {
    let erased = 0;
    for (const key of missing) {
      if (signal.aborted) break;
      // Minutes may have passed. A person who was merged meanwhile has the survivor's key now, and the file
      // may name the survivor.
      const person = await registry.readKey(tenant, key);
      if (person?.key !== key) continue;
      const { id, version } = person;
      const erasing = erasePerson(
        parts,
        tenant,
        id,
        // The removal after the grace time also finds what an upload leaves meanwhile.
        { graceSeconds: ERASE_GRACE_SECONDS, signingKey, othersSeeItAfterMs: 0 },
        { kind: 'versions', versions: [version] },
      );
      const receipt = await unlessChanged(erasing, id);
      if (!receipt) continue;
      await auditPeople(opened, 'people.erase', key, { reason: 'not in the imported file' });
      await appendFile(receiptsFile, `${JSON.stringify(receipt)}\n`, { mode: 0o600 });
      erased += 1;
    }
    return erased;
  });
}

/**
 * Returns `undefined`, and prints why, where the person is being changed, merged or erased at this moment.
 */
async function unlessChanged(
  erasing: Promise<SignedReceipt>,
  id: string,
): Promise<SignedReceipt | undefined> {
  try {
    return await erasing;
  } catch (cause) {
    if (!(cause instanceof ProblemError) || !OF_OTHERS.has(cause.problem.kind)) throw cause;
    process.stderr.write(`${id} was not erased: ${describePersonProblem(cause.problem)}\n`);
    return undefined;
  }
}
