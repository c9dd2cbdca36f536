import { isJsonObject, type Json } from '../domain/index.ts';
import { settingsSchema } from './settings.ts';

/** Names of the settings that hold a secret: those that their schema marks as `writeOnly`. */
const SECRET_NAMES = secretNames(settingsSchema);

/** People are left out. The directory shows them to operators who may see them. */
const LEFT_OUT = new Set(['subjects', 'places']);

/** Replaces a secret. */
export const MASKED = '•••';

/** The settings in the form that operators may see: every secret is replaced, people are left out. */
export function maskSecrets(settings: object): Json {
  const plain = JSON.parse(
    JSON.stringify(settings, (name, value: unknown) => (LEFT_OUT.has(name) ? undefined : value)),
  ) as Json;
  return maskValue('', plain);
}

/**
 * A setting of that name in the form that operators may see. A secret within other text is replaced as well.
 */
export function maskValue(name: string, value: Json): Json {
  if (typeof value === 'string')
    return SECRET_NAMES.has(name) ? MASKED : value.replace(/:\/\/[^/@\s]+@/, `://${MASKED}@`);
  if (Array.isArray(value)) return value.map((item) => maskValue('', item));
  if (!isJsonObject(value)) return value;
  // The options of a store module are unknown here, so all of them are replaced.
  if (value.kind === 'module') return { ...value, options: MASKED };
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => [member, maskValue(member, inner ?? null)]),
  );
}

function secretNames(schema: object): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<object>();
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    for (const [name, child] of Object.entries(node)) {
      if (typeof child === 'object' && child !== null && 'writeOnly' in child) names.add(name);
      collect(child);
    }
  };
  collect(schema);
  return names;
}
