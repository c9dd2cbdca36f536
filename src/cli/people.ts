import { once } from 'node:events';
import { Command, InvalidArgumentError, Option } from 'commander';
import { exportPerson } from '../core/export-person.ts';
import { readSubjectRecord } from '../core/subject-records.ts';
import type { Person, RecordStore } from '../domain/index.ts';
import { establishPages, PAGE_COUNTS, USUAL_PAGE_COUNT } from '../people/records/directory-pages.ts';
import { refuseAdmin } from './admin-client.ts';
import { checkCommand } from './people/check.ts';
import { eraseCommand } from './people/erase.ts';
import { importCommand } from './people/import.ts';
import { mergeCommand } from './people/merge.ts';
import {
  auditPeople,
  changeCommand,
  type GatewayOptions,
  gatewayCommand,
  type PeopleOptions,
  type PersonOptions,
  peopleCommand,
  print,
  withPeople,
} from './people/people-command.ts';
import {
  changeAliasesOverAdmin,
  findOverAdmin,
  openTenant,
  pathOfTenant,
  renameOverAdmin,
} from './people/people-over-admin.ts';

/** `polyface people`: shows and changes the people of a tenant while gateways run. */
export function peopleCommands(): Command {
  return new Command('people')
    .description(
      'the people of a tenant: import, look at, link, rename; running gateways follow within two seconds',
    )
    .addCommand(initCommand())
    .addCommand(importCommand())
    .addCommand(
      gatewayCommand('export').description('print everybody as NDJSON, as import takes it').action(exportAll),
    )
    .addCommand(
      gatewayCommand('show').description('one person: ids, profile, pictures').argument('<id>').action(show),
    )
    .addCommand(
      gatewayCommand('find')
        .description('who has a name: an id, an id in any dialect, or an identifier')
        .argument('<value>')
        .action(find),
    )
    .addCommand(
      changeCommand('link')
        .description('give a person an id in a dialect')
        .argument('<id>')
        .argument('<dialect=alias...>')
        .action(link),
    )
    .addCommand(
      changeCommand('unlink')
        .description('take an id in a dialect away')
        .argument('<id>')
        .argument('<dialect=alias...>')
        .action(unlink),
    )
    .addCommand(
      changeCommand('rename')
        .description('give a person another id; the old one keeps leading to them')
        .argument('<id>')
        .argument('<new-id>')
        .action(rename),
    )
    .addCommand(mergeCommand())
    .addCommand(eraseCommand())
    .addCommand(checkCommand());
}

function initCommand(): Command {
  return refuseAdmin(
    peopleCommand('init'),
    'a directory is laid out in the store itself, before a gateway takes the first person into it',
  )
    .description('make the directory, with a number of pages that is fixed from then on')
    .addOption(
      new Option('--pages <count>', `${PAGE_COUNTS.join(', ')}; a page takes about 500 people`)
        .argParser(pageCount)
        .default(USUAL_PAGE_COUNT),
    )
    .action(async (options: PeopleOptions & { readonly pages: number }) => {
      const { pages } = options;
      await withPeople(options, ({ store }) => establishPages(store.records, pages), { begin: true });
      print(options, { pages }, `the directory has ${pages} pages`);
    });
}

function pageCount(text: string): number {
  const count = PAGE_COUNTS.find((one) => one === Number(text));
  if (count === undefined) throw new InvalidArgumentError(`one of ${PAGE_COUNTS.join(', ')}`);
  return count;
}

async function exportAll(options: GatewayOptions): Promise<void> {
  if (options.admin !== undefined) {
    const { client, tenant } = await openTenant(options.admin, options.tenant);
    for await (const line of client.readLines(pathOfTenant(tenant))) await printLine(line);
    return;
  }
  await withPeople(options, async ({ registry, tenant, signal }) => {
    for await (const person of registry.list(tenant)) {
      if (signal.aborted) return;
      await printLine(JSON.stringify(exportPerson(person)));
    }
  });
}

async function printLine(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}

async function show(id: string, options: PersonOptions): Promise<void> {
  if (options.admin !== undefined) return findOverAdmin(id, { ...options, admin: options.admin });
  await withPeople(options, async ({ registry, tenant, store }) => {
    const person = await registry.read(tenant, id);
    if (!person) throw new Error('there is no such person');
    const pictures = await picturesOf(store.records, person.key);
    print(options, { ...person, pictures }, describePerson(person, pictures));
  });
}

async function find(value: string, options: PersonOptions): Promise<void> {
  if (options.admin !== undefined) return findOverAdmin(value, { ...options, admin: options.admin });
  await withPeople(options, async ({ registry, tenant }) => {
    const found = await registry.find(tenant, value);
    if (found.length === 0) process.exitCode = 1;
    print(
      options,
      found,
      found.map(({ person, by }) => `${person.id} by ${by.join(', ')}`).join('\n') || 'nobody',
    );
  });
}

async function link(id: string, names: readonly string[], options: PersonOptions): Promise<void> {
  await eachName('link', id, names, options, (registry, tenant, dialect, alias) =>
    registry.link(tenant, id, dialect, alias),
  );
}

async function unlink(id: string, names: readonly string[], options: PersonOptions): Promise<void> {
  await eachName('unlink', id, names, options, (registry, tenant, dialect, alias) =>
    registry.unlink(tenant, id, dialect, alias),
  );
}

async function eachName(
  act: 'link' | 'unlink',
  id: string,
  names: readonly string[],
  options: PersonOptions,
  change: (
    registry: Parameters<Parameters<typeof withPeople>[1]>[0]['registry'],
    tenant: string,
    dialect: string,
    alias: string,
  ) => Promise<Person>,
): Promise<void> {
  if (options.admin !== undefined)
    return changeAliasesOverAdmin(act, id, names, { ...options, admin: options.admin });
  await withPeople(options, async (opened) => {
    const { registry, tenant } = opened;
    let person: Person | undefined;
    for (const name of names) {
      const at = name.indexOf('=');
      if (at < 1) throw new Error(`${name}: DIALECT=ID is expected`);
      const dialect = name.slice(0, at);
      person = await change(registry, tenant, dialect, name.slice(at + 1));
      await auditPeople(opened, `people.${act}`, person.key, { reason: options.reason, after: { dialect } });
    }
    if (person) print(options, person, describePerson(person, []));
    else throw new Error(`${id}: no names given`);
  });
}

async function rename(id: string, newId: string, options: PersonOptions): Promise<void> {
  if (options.admin !== undefined) return renameOverAdmin(id, newId, { ...options, admin: options.admin });
  await withPeople(options, async (opened) => {
    const person = await opened.registry.rename(opened.tenant, id, newId);
    await auditPeople(opened, 'people.rename', person.key, options);
    print(options, person, describePerson(person, []));
  });
}

/** A picture as `show` describes it. */
interface ShownPicture {
  readonly slot: number;
  readonly id: string;
  readonly version: number;
  readonly writtenThrough: string;
  readonly writtenAt: string;
  readonly bytes: number;
  readonly format: string;
  readonly renditions: readonly string[];
}

async function picturesOf(records: RecordStore, key: string): Promise<ShownPicture[]> {
  const { record } = await readSubjectRecord(records, key);
  return Object.values(record?.slots ?? {}).flatMap((state) => {
    if (state.kind !== 'image') return [];
    const { slot, id, version, writtenThrough, writtenAtMs, original, renditions } = state.image;
    const writtenAt = new Date(writtenAtMs).toISOString();
    const { bytes, format } = original;
    return [
      { slot, id, version, writtenThrough, writtenAt, bytes, format, renditions: Object.keys(renditions) },
    ];
  });
}

function describePerson(person: Person, pictures: readonly ShownPicture[]): string {
  const { firstName, lastName, email, phoneNumber } = person.profile;
  return [
    `${person.id} (version ${person.version}, key ${person.key})`,
    ...[[firstName, lastName].filter(Boolean).join(' '), email, phoneNumber].flatMap((text) =>
      text ? [`  ${text}`] : [],
    ),
    ...Object.entries(person.aliases).map(([dialect, alias]) => `  ${dialect}: ${alias}`),
    ...Object.entries(person.identifiers).map(([name, value]) => `  identifier ${name}: ${value}`),
    ...Object.entries(person.formerly).map(([place, names]) => `  formerly ${place}: ${names.join(', ')}`),
    ...pictures.map(
      ({ slot, version, format, bytes, writtenThrough, writtenAt, renditions }) =>
        `  picture in slot ${slot}: version ${version}, ${format}, ${bytes} bytes, through ${writtenThrough} at ${writtenAt}; renditions ${renditions.join(', ') || 'none'}`,
    ),
  ].join('\n');
}
