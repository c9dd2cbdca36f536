import { readdirSync, readFileSync } from 'node:fs';
import { residentBytes } from '../../src/imaging/resident-memory.ts';

/** Bytes resident in this process and all below it; pages that they share count in each. */
export function treeMemoryBytes(): number {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const sum = (pid: number): number =>
    (residentBytes(pid) ?? 0) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(process.pid);
}

/** Looks at the tree's memory again and again; `stop` gives the peak in bytes. */
export function watchTreeMemory(everyMs: number): { stop(): number } {
  let peak = treeMemoryBytes();
  const timer = setInterval(() => {
    peak = Math.max(peak, treeMemoryBytes());
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // Gone between the listing and the look.
    return undefined;
  }
}
