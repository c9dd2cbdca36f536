import type { ErrorObject } from 'ajv';

/** A schema fault in words that say what was expected; names the nearest known key for an unknown one. */
export function explainFault(fault: ErrorObject): string {
  const at = fault.instancePath === '' ? 'the settings' : fault.instancePath.slice(1).replaceAll('/', '.');
  switch (fault.keyword) {
    case 'additionalProperties': {
      const unknown = String(fault.params.additionalProperty);
      const known = Object.keys((fault.parentSchema?.properties ?? {}) as object);
      const nearest = nearestOf(unknown, known);
      return `${at}: there is no setting "${unknown}"; ${nearest ? `did you mean "${nearest}"?` : `known: ${known.join(', ')}`}`;
    }
    case 'required':
      return `${at}: "${String(fault.params.missingProperty)}" is missing`;
    case 'enum':
      return `${at}: expected one of ${(fault.params.allowedValues as unknown[]).join(', ')}`;
    case 'pattern':
      return `${at}: does not match ${String(fault.params.pattern)}`;
    default:
      return `${at}: ${fault.message ?? fault.keyword}`;
  }
}

/** Faults that only repeat another one: an `if` that did not hold says nothing by itself. */
export function isEcho({ keyword }: ErrorObject): boolean {
  return keyword === 'if' || keyword === 'allOf' || keyword === 'propertyNames';
}

function nearestOf(word: string, known: readonly string[]): string | undefined {
  const close = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, Math.floor(word.length / 3)))
    .sort((one, other) => one.distance - other.distance);
  return close[0]?.candidate;
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
