import type { Problem } from '../../domain/index.ts';

/** Facts of problems that repeat what the client sent. */
const CHOSEN_BY_CLIENT = new Set(['value', 'declared']);

/** Facts that name a place in the request, which the client may have made up. */
const PLACES = new Set(['name', 'field', 'pointer']);

/** Places that the gateway itself names, whatever a document declares. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  'path',
  'Host',
  'Expect',
  'header',
  'body',
  'file',
  'onlyIf',
]);

/**
 * The rule that refused a request, with its facts: limit, value, detected type, parameter. For example
 * `file-too-large: limitBytes 204800, bytes 512000`. Text that the client chose is left out, and `~` stands for
 * names that are not in `declared`.
 */
export function describeProblem(
  { kind, ...facts }: Problem,
  declared: ReadonlySet<string> = new Set(),
): string {
  const isKnown = (name: string) => declared.has(name) || OWN_NAMES.has(name) || /^\d{0,4}$/.test(name);
  const words = Object.entries(facts).flatMap(([name, fact]) => {
    if (typeof fact === 'string' && PLACES.has(name)) return [`${name} ${cutPlace(fact, isKnown)}`];
    const isRule = typeof fact === 'number' || (typeof fact === 'string' && !CHOSEN_BY_CLIENT.has(name));
    const isList = Array.isArray(fact) && fact.every((item) => typeof item === 'string');
    return isRule || isList ? [`${name} ${String(fact)}`] : [];
  });
  return words.length === 0 ? kind : `${kind}: ${words.join(', ')}`;
}

/** `/profile/extra/~`: a place is a name, or a path of names. */
function cutPlace(place: string, isKnown: (name: string) => boolean): string {
  if (isKnown(place)) return place;
  return place
    .split(/([./])/)
    .map((part) => (part === '.' || part === '/' || isKnown(part) ? part : '~'))
    .join('');
}
