/**
 * Marks a document's property that differs between any two servers: it names a version, a moment or one
 * request.
 */
const MARK = 'x-polyface-volatile';

/**
 * Names of the members that the responses of these operations mark as volatile. The document is dereferenced.
 */
export function volatileMembers(
  operations: readonly { readonly operation: { readonly responses?: object } }[],
): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<object>();
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    for (const [name, child] of Object.entries(node)) {
      if (typeof child === 'object' && child !== null && MARK in child && child[MARK] === true)
        names.add(name);
      collect(child);
    }
  };
  for (const { operation } of operations) collect(operation.responses);
  return names;
}
