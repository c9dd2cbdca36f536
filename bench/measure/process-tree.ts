import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Clock ticks a second in /proc/<pid>/stat; 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  /** Seconds of processor time, user and system, of the process and of its children that have ended. */
  readonly processorSeconds: number;
}

/** What a process and all its descendants have cost so far. */
export interface TreeCost {
  readonly processorSeconds: number;
}

/** Reads the cost of a process tree from /proc. */
export async function costOfTree(root: number): Promise<TreeCost> {
  const members = descendants(root, await readProcesses());
  return { processorSeconds: sum(members.map((member) => member.processorSeconds)) };
}

/** Reads the cost of each child of a process, with all that descends from it. */
export async function costOfChildren(root: number): Promise<ReadonlyMap<number, TreeCost>> {
  const all = await readProcesses();
  return new Map(
    all
      .filter(({ parent }) => parent === root)
      .map(({ pid }) => [
        pid,
        { processorSeconds: sum(descendants(pid, all).map((member) => member.processorSeconds)) },
      ]),
  );
}

/** Seconds of processor time of every child of this process that has ended, and of theirs. */
export async function secondsOfEndedChildren(): Promise<number> {
  const fields = fieldsOf((await readOf(process.pid, 'stat')) ?? '');
  return sum([13, 14].map((index) => Number(fields[index]))) / TICKS_PER_SECOND;
}

/** Reads the memory of a process tree: proportional set sizes, in bytes. */
export async function memoryOfTree(root: number): Promise<number> {
  const members = descendants(root, await readProcesses());
  return sum(await Promise.all(members.map(({ pid }) => proportionalBytes(pid))));
}

/**
 * Watches the memory of a tree until `stop`, which gives the peak in bytes. Proportional set sizes: a page that several processes of
 * the tree share (the code of Node and of the decoder) counts once in the sum, not once for each.
 */
export function watchPeakMemory(root: number, everyMs = 25): { stop(): Promise<number> } {
  let peak = 0;
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      peak = Math.max(peak, await memoryOfTree(root));
      await pause(everyMs);
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await watching;
      return peak;
    },
  };
}

async function readProcesses(): Promise<ProcessFacts[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const facts = await Promise.all(pids.map((pid) => readProcess(Number(pid))));
  return facts.filter((fact): fact is ProcessFacts => fact !== undefined);
}

/** 0 once the process is gone. */
async function proportionalBytes(pid: number): Promise<number> {
  const rollup = await readOf(pid, 'smaps_rollup');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup ?? '')?.[1] ?? 0) * 1024;
}

async function readOf(pid: number, name: 'stat' | 'smaps_rollup'): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${name}`, 'utf8');
  } catch (cause) {
    if (isGone(cause)) return undefined;
    throw cause;
  }
}

async function readProcess(pid: number): Promise<ProcessFacts | undefined> {
  const stat = await readOf(pid, 'stat');
  if (stat === undefined) return undefined;
  const fields = fieldsOf(stat);
  const ticks = sum([11, 12, 13, 14].map((index) => Number(fields[index])));
  return {
    pid,
    parent: Number(fields[1]),
    processorSeconds: ticks / TICKS_PER_SECOND,
  };
}

/** The command's name may hold blanks and brackets; what follows its last bracket is numbers. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function isGone(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ESRCH');
}

function descendants(root: number, all: readonly ProcessFacts[]): ProcessFacts[] {
  const members = all.filter(({ pid }) => pid === root);
  for (let i = 0; i < members.length; i += 1) {
    members.push(...all.filter(({ parent }) => parent === members[i]?.pid));
  }
  return members;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
