import type { Registry } from 'prom-client';

/**
 * A figure's values by its labels, sorted, once they add up to `sum`: the shadow works once no client waits any
 * more.
 */
export async function metricsWith(
  { registry }: { readonly registry: Registry },
  name: string,
  sum: number,
): Promise<Record<string, number>> {
  for (let look = 0; ; look += 1) {
    const found = valuesOf(await registry.metrics(), name);
    const total = Object.values(found).reduce((all, value) => all + value, 0);
    if (total >= sum) return found;
    if (look > 300) throw new Error(`${name} adds up to ${total}: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function valuesOf(text: string, name: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));
  return Object.fromEntries(
    lines.map((line): [string, number] => {
      const labels = line.slice(name.length + 1, line.lastIndexOf('}'));
      return [
        labels
          .split(/,(?=\w+=")/)
          .sort()
          .join(),
        Number(line.slice(line.lastIndexOf('}') + 1)),
      ];
    }),
  );
}
