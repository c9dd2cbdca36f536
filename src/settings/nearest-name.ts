/** A hint after an unknown name: the nearest known name, else all of them. */
export function hintAt(wrong: string, known: readonly string[]): string {
  const nearest = nearestOf(wrong, known);
  if (nearest !== undefined) return `did you mean "${nearest}"?`;
  return known.length > 0 ? `known: ${known.join(', ')}` : 'it knows none';
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
