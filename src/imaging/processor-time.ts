import { readFileSync } from 'node:fs';

/** `/proc` counts in ticks of this length on every Linux that Node runs on, in milliseconds. */
const TICK_MS = 10;

/**
 * The positions of utime and stime after the name of the program, which may hold spaces (proc_pid_stat(5)).
 */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** Processor time that a process has used so far, in milliseconds; `undefined` where `/proc` does not say. */
export function processorMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * TICK_MS;
  } catch {
    return undefined;
  }
}
