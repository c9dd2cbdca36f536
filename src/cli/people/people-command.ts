import { Command } from 'commander';
import { createAuditLog } from '../../audit/audit-log.ts';
import { recordKey } from '../../core/storage-keys.ts';
import { subjectKey } from '../../core/subject-key.ts';
import {
  type Json,
  type PeopleRegistry,
  type Problem,
  ProblemError,
  type SubjectDirectory,
} from '../../domain/index.ts';
import { startStore } from '../../maintenance/start-store.ts';
import { openPeople } from '../../people/open-people.ts';
import { type LoadedSettings, loadSettings } from '../../settings/load-settings.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { adminOption } from '../admin-client.ts';
import { commandActor } from '../command-actor.ts';

/** Options that every command on people has. */
export interface PeopleOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly tenant?: string;
  readonly json?: boolean;
}

/** Options of commands that a running gateway can carry out. */
export interface GatewayOptions extends PeopleOptions {
  readonly admin?: string;
}

/** Options of commands that change a person. */
export interface PersonOptions extends GatewayOptions {
  readonly reason?: string;
}

/** The parts that a command on people works with. */
export interface OpenedPeople {
  readonly settings: LoadedSettings;
  readonly store: Store;
  readonly registry: PeopleRegistry;
  readonly directory: SubjectDirectory;
  readonly tenant: string;
  /** Fires at an interrupt. */
  readonly signal: AbortSignal;
}

/** A command with those options. */
export function peopleCommand(nameAndArguments: string): Command {
  return new Command(nameAndArguments)
    .option('--config <file>', 'settings file (or POLYFACE_CONFIG)')
    .option('--data-dir <folder>', 'folder of the embedded store (or POLYFACE_DATA_DIR)')
    .option('--tenant <id>', 'tenant; may be left out where there is only one')
    .option('--json', 'print JSON on standard output');
}

/** A command on people, here or at a running gateway. */
export function gatewayCommand(nameAndArguments: string): Command {
  return peopleCommand(nameAndArguments).addOption(adminOption());
}

/** A command that changes people; the audit log keeps the reason. */
export function changeCommand(nameAndArguments: string): Command {
  return gatewayCommand(nameAndArguments).option('--reason <text>', 'why, for the audit log');
}

/** Writes the audit entry. It names the person by key, because the log outlives the person. */
export async function auditPeople(
  { store, tenant }: Pick<OpenedPeople, 'store' | 'tenant'>,
  action: string,
  target: string,
  { reason, after }: { readonly reason?: string | undefined; readonly after?: Json } = {},
): Promise<void> {
  await createAuditLog({ records: store.records, clock: { nowMs: () => Date.now() } }).append({
    actor: commandActor(),
    action,
    target: `${tenant}/${target}`,
    ...(reason === undefined ? {} : { reason }),
    ...(after === undefined ? {} : { after }),
    result: 'done',
  });
}

/** Opens the settings' store and the tenant's people while the work runs. */
export async function withPeople<T>(
  options: PeopleOptions,
  work: (opened: OpenedPeople) => Promise<T>,
  { begin = false }: { readonly begin?: boolean } = {},
): Promise<T> {
  const settings = await loadSettings({ overrides: { file: options.config, dataDir: options.dataDir } });
  const ids = settings.tenants.map(({ id }) => id);
  const tenant = chooseTenant(ids, options.tenant);
  const store = await openStore(settings);
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await startStore(store, { begin });
    const { registry, directory } = openPeople({
      settings,
      records: store.records,
      subjectKey,
      recordKey,
      warn: (message) => process.stderr.write(`${message}\n`),
    });
    if (!registry)
      throw new Error(
        'the settings name no directory of people that can be changed: add {kind: records} to people.directories',
      );
    return await work({ settings, store, registry, directory, tenant, signal: interrupt.signal });
  } catch (cause) {
    if (cause instanceof ProblemError) throw new Error(describePersonProblem(cause.problem), { cause });
    throw cause;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await store.stop();
  }
}

/** Prints what a command found: JSON, or a few lines for people. */
export function print({ json = false }: PeopleOptions, value: unknown, told: string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${told}\n`);
}

/** Describes a problem of a person in words. */
export function describePersonProblem(problem: Problem): string {
  switch (problem.kind) {
    case 'subject-not-found':
      return 'there is no such person, or no such name of theirs';
    case 'name-taken':
      return `${problem.pointer} ${JSON.stringify(problem.value)} belongs to another person`;
    case 'person-exists':
      return 'the person is there already';
    case 'person-erased':
      return 'the person was erased';
    case 'precondition-failed':
      return 'the person is not in the version that was meant';
    case 'invalid-person':
      return `the person is not valid: ${problem.pointer || 'it'} ${problem.reason}`;
    case 'conflict':
      return 'another change of the same people is under way: try again';
    default:
      return problem.kind;
  }
}

/** The tenant that is asked for, or the only one. */
export function chooseTenant(ids: readonly string[], asked: string | undefined): string {
  const [only, ...others] = ids;
  if (asked === undefined && only !== undefined && others.length === 0) return only;
  if (asked === undefined)
    throw new Error(`there are several tenants (${ids.join(', ')}): name one with --tenant`);
  if (!ids.includes(asked))
    throw new Error(`there is no tenant "${asked}" in the settings (${ids.join(', ')})`);
  return asked;
}
