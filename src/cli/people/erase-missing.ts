import { appendFile } from 'node:fs/promises';
import { ERASE_GRACE_SECONDS, erasePerson } from '../../core/erase-person.ts';
import { type Person, type Problem, ProblemError, type SignedReceipt } from '../../domain/index.ts';
import { forEachAtOnce } from '../../people/records/in-groups.ts';
import { signingKeys } from '../../settings/signing-keys.ts';
import { type AdminClient, AdminRefusal } from '../admin-client.ts';
import { confirm } from './confirm.ts';
import { auditPeople, describePersonProblem, type OpenedPeople } from './people-command.ts';
import { pathOfTenant } from './people-over-admin.ts';
import { withPeopleParts } from './people-parts.ts';

/** The problems of an erasure when another change of the same person is under way. */
const OF_OTHERS: ReadonlySet<Problem['kind']> = new Set(['precondition-failed', 'conflict', 'person-erased']);
/** The same as the admin API says it. */
const OF_OTHERS_BY_STATUS: ReadonlySet<number> = new Set([404, 409, 412]);

/** How people are erased who are missing from a file. */
interface MissingOptions {
  /** Rows of the file that were rejected. */
  readonly rejected: number;
  readonly receiptsFile: string;
  readonly yes?: boolean;
}

/**
 * Erases each person of the registry whose key is not in the list, and keeps the receipts in a file. Erases no
 * one where rows were rejected, because the person of such a row is not missing. Throws for an empty list,
 * because an empty file is a mistake.
 */
export async function eraseMissing(
  opened: OpenedPeople,
  inFile: ReadonlySet<string>,
  options: MissingOptions,
): Promise<number> {
  const { registry, tenant, settings, signal } = opened;
  const missing = await findMissing(() => registry.list(tenant), inFile, options);
  if (missing.length === 0) return 0;
  const [signingKey] = await signingKeys(settings.downloads.keys, settings.dataDir);
  if (!signingKey) throw new Error('there is no key to sign the receipts with');
  return withPeopleParts(opened, async (parts) => {
    let erased = 0;
    for (const { key } of missing) {
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
      await auditPeople(opened, 'people.erase', key, { reason: NOT_IN_FILE });
      await keepReceipt(options, receipt);
      erased += 1;
    }
    return erased;
  });
}

/** The same at a running gateway. Each person is erased in the version that was listed. */
export async function eraseMissingOverAdmin(
  client: AdminClient,
  tenant: string,
  inFile: ReadonlySet<string>,
  options: MissingOptions & { readonly signal: AbortSignal },
): Promise<number> {
  const missing = await findMissing(() => listOverAdmin(client, tenant), inFile, options);
  let erased = 0;
  // The gateway waits two seconds in each erasure, until no other one believes in the person any more.
  await forEachAtOnce(missing, ERASED_AT_ONCE, async ({ key, id, version }) => {
    if (options.signal.aborted) return;
    const body = { id, reason: NOT_IN_FILE };
    const erasing = client.ask<SignedReceipt>('POST', `${pathOfTenant(tenant)}/${key}/erase`, body, version);
    const receipt = await unlessChanged(erasing, id);
    if (!receipt) return;
    await keepReceipt(options, receipt);
    erased += 1;
  });
  return erased;
}

const NOT_IN_FILE = 'not in the imported file';
const ERASED_AT_ONCE = 16;

type ListedPerson = Pick<Person, 'key' | 'id' | 'version'>;

async function* listOverAdmin(client: AdminClient, tenant: string): AsyncIterable<ListedPerson> {
  for await (const line of client.readLines(pathOfTenant(tenant))) yield JSON.parse(line) as ListedPerson;
}

async function findMissing(
  list: () => AsyncIterable<ListedPerson>,
  inFile: ReadonlySet<string>,
  { rejected, yes = false }: MissingOptions,
): Promise<readonly ListedPerson[]> {
  if (rejected > 0) {
    process.stderr.write('rows were rejected, so no person counts as missing and no person was erased\n');
    return [];
  }
  if (inFile.size === 0)
    throw new Error('the file names nobody, so all people would be missing: no person was erased');
  const missing: ListedPerson[] = [];
  for await (const { key, id, version } of list()) if (!inFile.has(key)) missing.push({ key, id, version });
  if (missing.length > 0)
    await confirm(`Erase ${missing.length} people who are not in the file, and all of their pictures?`, {
      yes,
    });
  return missing;
}

function keepReceipt({ receiptsFile }: MissingOptions, receipt: SignedReceipt): Promise<void> {
  return appendFile(receiptsFile, `${JSON.stringify(receipt)}\n`, { mode: 0o600 });
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
    const why =
      cause instanceof ProblemError && OF_OTHERS.has(cause.problem.kind)
        ? describePersonProblem(cause.problem)
        : cause instanceof AdminRefusal && OF_OTHERS_BY_STATUS.has(cause.status)
          ? cause.message
          : undefined;
    if (why === undefined) throw cause;
    process.stderr.write(`${id} was not erased: ${why}\n`);
    return undefined;
  }
}
