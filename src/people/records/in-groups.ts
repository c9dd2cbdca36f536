/** The items in groups by the result of `of`, in order of first appearance. */
export function groupBy<Item, Group>(items: Iterable<Item>, of: (item: Item) => Group): Map<Group, Item[]> {
  return Map.groupBy(items, of);
}

/**
 * Runs the work for every item, `atOnce` of them at a time. A failure is thrown after the other work has ended.
 */
export async function forEachAtOnce<Item>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const results = await Promise.allSettled(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
    }),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
