import type { Problem } from '../../domain/index.ts';

/** Facts of problems that repeat what the client sent. */
const CHOSEN_BY_CLIENT = new Set(['value', 'declared']);

/**
 * The rule that refused a request, with its facts: limit, value, detected type, parameter. For example
 * `file-too-large: limitBytes 204800, bytes 512000`. Text that the client chose is left out.
 */
export function describeProblem({ kind, ...facts }: Problem): string {
  const words = Object.entries(facts).flatMap(([name, fact]) => {
    const isRule = typeof fact === 'number' || (typeof fact === 'string' && !CHOSEN_BY_CLIENT.has(name));
    const isList = Array.isArray(fact) && fact.every((item) => typeof item === 'string');
    return isRule || isList ? [`${name} ${String(fact)}`] : [];
  });
  return words.length === 0 ? kind : `${kind}: ${words.join(', ')}`;
}
