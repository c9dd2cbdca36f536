import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Clock ticks a second in /proc/<pid>/stat; 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  /** Seconds of processor time, user and system, of the process and of its children that have ended. */
  readonly processorSeconds: number;
  readonly residentBytes: number;
}

/** What a process and all its descendants have cost so far. */
export interface TreeCost {
  readonly processorSeconds: number;
  /** Sum of the resident sets, shared pages counted once per process. */
  readonly residentBytes: number;
  readonly processes: number;
}

/** Reads the cost of a process tree from /proc. */
export async function costOfTree(root: number): Promise<TreeCost> {
  const all = await readProcesses();
  const members = descendants(root, all);
  return {
    processorSeconds: sum(members.map((member) => member.processorSeconds)),
    residentBytes: sum(members.map((member) => member.residentBytes)),
    processes: members.length,
  };
}

/** Watches the resident memory of a tree until `stop`, which gives the peak in bytes. */
export function watchPeakMemory(root: number, everyMs = 20): { stop(): Promise<number> } {
  let peak = 0;
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      peak = Math.max(peak, (await costOfTree(root)).residentBytes);
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

async function readProcess(pid: number): Promise<ProcessFacts | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch (cause) {
    if (isGone(cause)) return undefined;
    throw cause;
  }
  // The command's name may hold blanks and brackets; what follows its last bracket is numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = sum([11, 12, 13, 14].map((index) => Number(fields[index])));
  return {
    pid,
    parent: Number(fields[1]),
    processorSeconds: ticks / TICKS_PER_SECOND,
    residentBytes: Number(fields[21]) * PAGE_BYTES,
  };
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
