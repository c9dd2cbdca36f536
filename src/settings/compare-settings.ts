import { isJsonObject, type Json, type JsonObject } from '../domain/index.ts';
import { MASKED, maskValue } from './mask-secrets.ts';
import type { SettingsFile } from './settings.ts';

/**
 * One setting that differs, in the form that operators may see: secrets are masked, and only the number of
 * people is given.
 */
export interface SettingsChange {
  /** Its name as a path, e.g. `tenants.acme.credentials.till.scopes`. */
  readonly setting: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before?: Json;
  readonly after?: Json;
}

/** When a change of a setting takes effect. The compiler asks for a line for each new setting. */
const TAKES_EFFECT: Readonly<Record<keyof SettingsFile, 'reload' | 'restart'>> = {
  demo: 'restart',
  listen: 'restart',
  publicUrl: 'reload',
  trustedProxies: 'reload',
  dataDir: 'restart',
  store: 'restart',
  dialects: 'reload',
  tenants: 'reload',
  people: 'reload',
  downloads: 'reload',
  imaging: 'restart',
  limits: 'restart',
  rateLimits: 'restart',
  cors: 'reload',
  validateResponses: 'reload',
  docs: 'reload',
  brownOuts: 'reload',
  migration: 'restart',
  admin: 'restart',
  log: 'reload',
};

/** Settings that a migration uses unchanged from its start to its end. */
const HELD_BY_MIGRATION: ReadonlySet<string> = new Set(['dialects', 'tenants', 'people', 'downloads']);

/** Every setting that differs, in the order of the settings. Items of lists are matched by their `id`. */
export function compareSettings(before: SettingsFile, after: SettingsFile): readonly SettingsChange[] {
  return Object.keys(TAKES_EFFECT).flatMap((name) =>
    compareValues([name], memberOf(before, name), memberOf(after, name)),
  );
}

/** The names of changed settings that only a restart can bring into effect. */
export function needsRestart(
  changes: readonly SettingsChange[],
  { migrates }: { readonly migrates: boolean },
): readonly string[] {
  return changes
    .map(({ setting }) => setting)
    .filter((setting) => {
      const [name = ''] = setting.split('.');
      return takesRestart(name) || (migrates && HELD_BY_MIGRATION.has(name));
    });
}

function takesRestart(name: string): boolean {
  return Object.entries(TAKES_EFFECT).some(([setting, when]) => setting === name && when === 'restart');
}

/** As JSON, so that `undefined` and a missing member are the same. */
function memberOf(settings: SettingsFile, name: string): Json | undefined {
  const value: unknown = Object.entries(settings).find(([key]) => key === name)?.[1];
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as Json);
}

function compareValues(
  path: readonly string[],
  before: Json | undefined,
  after: Json | undefined,
): SettingsChange[] {
  const name = path.at(-1) ?? '';
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (name === 'subjects') return [comparePeople(path, before, after)];
  const [was, is] = [membersOf(before), membersOf(after)];
  if (was && is) {
    const names = new Set([...Object.keys(was), ...Object.keys(is)]);
    const inner = [...names].flatMap((member) => compareValues([...path, member], was[member], is[member]));
    // Only the order of a list differs, and the order may matter.
    if (inner.length > 0) return inner;
  }
  return [
    {
      setting: path.join('.'),
      kind: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
      ...(before === undefined ? {} : { before: maskForReport(name, before) }),
      ...(after === undefined ? {} : { after: maskForReport(name, after) }),
    },
  ];
}

function comparePeople(
  path: readonly string[],
  before: Json | undefined,
  after: Json | undefined,
): SettingsChange {
  const count = (people: Json | undefined) => (Array.isArray(people) ? people.length : 0);
  const told = (people: Json | undefined) => `${count(people)} people`;
  return { setting: path.join('.'), kind: 'changed', before: told(before), after: told(after) };
}

/** The members of an object, or of a list by the ids of its items. */
function membersOf(value: Json | undefined): JsonObject | undefined {
  if (!Array.isArray(value)) return isJsonObject(value) ? value : undefined;
  const entries = value.flatMap((item) =>
    isJsonObject(item) && typeof item.id === 'string' ? [[item.id, item] as const] : [],
  );
  return entries.length === value.length ? Object.fromEntries(entries) : undefined;
}

function maskForReport(name: string, value: Json): Json {
  const masked = maskValue(name, value);
  if (!isJsonObject(masked) || masked.subjects === undefined) return masked;
  return { ...masked, subjects: MASKED };
}
