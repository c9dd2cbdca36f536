import { type AdminClient, createAdminClient } from '../admin-client.ts';
import { confirm } from './confirm.ts';
import { chooseTenant } from './people-command.ts';

/** A person as the admin API shows them. */
interface ShownPerson {
  readonly key: string;
  readonly tenant: string;
  readonly id: string;
  readonly version?: number;
  readonly aliases: Readonly<Record<string, string>>;
  readonly slots: readonly {
    readonly slot: number;
    readonly version: number;
    readonly writtenThrough?: string;
    readonly writtenAt?: string;
    readonly original?: { readonly format: string; readonly bytes: number };
  }[];
}

interface RemoteOptions {
  readonly admin: string;
  readonly tenant?: string;
  readonly json?: boolean;
  readonly reason?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** `people find` and `people show` at a running gateway. */
export async function findOverAdmin(
  value: string,
  { admin, tenant, json = false }: RemoteOptions,
): Promise<void> {
  const found = await findAll(admin, tenant, value);
  if (found.length === 0) process.exitCode = 1;
  process.stdout.write(
    json ? `${JSON.stringify(found)}\n` : `${found.map(describePerson).join('\n') || 'nobody'}\n`,
  );
}

/** `people link` and `people unlink` at a running gateway. */
export async function changeAliasesOverAdmin(
  act: 'link' | 'unlink',
  id: string,
  names: readonly string[],
  { admin, tenant, json = false, reason }: RemoteOptions,
): Promise<void> {
  let person = await findOne(admin, tenant, id);
  for (const name of names) {
    const at = name.indexOf('=');
    if (at < 1) throw new Error(`${name}: DIALECT=ID is expected`);
    const body = { dialect: name.slice(0, at), alias: name.slice(at + 1), reason };
    person = await createAdminClient(admin).ask<ShownPerson>(
      act === 'link' ? 'POST' : 'DELETE',
      `${pathOf(person)}/aliases`,
      body,
    );
  }
  process.stdout.write(json ? `${JSON.stringify(person)}\n` : `${describePerson(person)}\n`);
}

/** `people rename` at a running gateway. */
export async function renameOverAdmin(
  id: string,
  newId: string,
  { admin, tenant, json = false, reason }: RemoteOptions,
): Promise<void> {
  const path = pathOf(await findOne(admin, tenant, id));
  const person = await createAdminClient(admin).ask<ShownPerson>('POST', `${path}/rename`, {
    id: newId,
    reason,
  });
  process.stdout.write(json ? `${JSON.stringify(person)}\n` : `${describePerson(person)}\n`);
}

/** A merge as the admin API describes it. */
interface ShownMerge {
  readonly source: { readonly id: string; readonly version: number };
  readonly survivor: { readonly id: string; readonly version: number };
  readonly adoptedSlots: readonly number[];
  readonly droppedSlots: readonly number[];
}

/** `people merge` at a running gateway. */
export async function mergeOverAdmin(id: string, survivorId: string, options: RemoteOptions): Promise<void> {
  const { admin, tenant, json = false, dryRun = false, reason } = options;
  const client = createAdminClient(admin);
  const source = await findOne(admin, tenant, id);
  const survivor = await findOne(admin, tenant, survivorId);
  const preview = await client.ask<ShownMerge>('GET', `${pathOf(source)}/merge?into=${survivor.key}`);
  const words = `${preview.source.id} into ${preview.survivor.id}: ${preview.adoptedSlots.length} pictures come over, ${preview.droppedSlots.length} go`;
  if (!dryRun) {
    await confirm(`${words}\nMerge them?`, options);
    const body = { into: survivor.key, intoVersion: preview.survivor.version, reason };
    await client.ask('POST', `${pathOf(source)}/merge`, body, preview.source.version);
  }
  process.stdout.write(json ? `${JSON.stringify({ merged: !dryRun, ...preview })}\n` : `${words}\n`);
}

/** `people erase` at a running gateway; prints the signed receipt. */
export async function eraseOverAdmin(id: string, options: RemoteOptions): Promise<void> {
  const { admin, tenant, reason } = options;
  const person = await findOne(admin, tenant, id);
  await confirm(`Erase ${person.id} and all of their pictures? Nothing brings them back.`, options);
  const body = { id: person.id, reason };
  const path = `${pathOf(person)}/erase`;
  const receipt = await createAdminClient(admin).ask('POST', path, body, person.version);
  process.stdout.write(`${JSON.stringify(receipt)}\n`);
}

/** A tenant of a running gateway: the one that is asked for, or the only one. */
export async function openTenant(
  admin: string,
  asked: string | undefined,
): Promise<{ readonly client: AdminClient; readonly tenant: string }> {
  const client = createAdminClient(admin);
  const { items } = await client.ask<{ items: readonly { id: string }[] }>('GET', '/tenants');
  const ids = items.map(({ id }) => id);
  return { client, tenant: chooseTenant(ids, asked) };
}

/** The path of a tenant's people in the admin API. */
export function pathOfTenant(tenant: string): string {
  return `/people/${encodeURIComponent(tenant)}`;
}

function pathOf({ tenant, key }: ShownPerson): string {
  return `${pathOfTenant(tenant)}/${key}`;
}

async function findAll(
  admin: string,
  tenant: string | undefined,
  value: string,
): Promise<readonly ShownPerson[]> {
  const query = new URLSearchParams({ find: value, ...(tenant === undefined ? {} : { tenant }) });
  return (await createAdminClient(admin).ask<{ items: ShownPerson[] }>('GET', `/people?${query}`)).items;
}

async function findOne(admin: string, tenant: string | undefined, value: string): Promise<ShownPerson> {
  const [person, ...others] = await findAll(admin, tenant, value);
  if (!person) throw new Error(`${value}: there is no such person`);
  if (others.length > 0)
    throw new Error(`${value}: several people have this id; name the tenant, or use a key`);
  return person;
}

function describePerson({ id, tenant, key, aliases, slots }: ShownPerson): string {
  return [
    `${id} of ${tenant} (key ${key})`,
    ...Object.entries(aliases).map(([dialect, alias]) => `  ${dialect}: ${alias}`),
    ...slots.map(({ slot, version, original, writtenThrough, writtenAt }) =>
      original
        ? `  picture in slot ${slot}: version ${version}, ${original.format}, ${original.bytes} bytes, through ${writtenThrough} at ${writtenAt}`
        : `  slot ${slot}: version ${version}, deleted`,
    ),
  ].join('\n');
}
