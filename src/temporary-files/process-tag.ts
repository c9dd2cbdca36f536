import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from './error-code.ts';

/**
 * The process that wrote a temporary file: where its process id is valid, the id, and when the process with
 * that id started.
 */
export interface ProcessTag {
  /**
   * Digest of boot and process-id namespace. It is equal only where one process can see whether the other is
   * alive.
   */
  readonly realm: string;
  readonly pid: number;
  /** Clock ticks between boot and the start of the process; 0 where the system does not say. */
  readonly startedTicks: number;
}

/** The start of the names of this process's temporary files: `<realm>-<pid>-<startedTicks>-<random>`. */
export function newProcessTag(): string {
  const started = startedTicksOf(process.pid) ?? 0;
  return `${processRealm()}-${process.pid}-${started}-${randomBytes(4).toString('hex')}`;
}

/** Reads the start of a temporary file's name; `undefined` for other names. */
export function parseProcessTag(name: string): ProcessTag | undefined {
  const match = /^([0-9a-f]{16})-(\d+)-(\d+)-[0-9a-f]{8}-/.exec(name);
  return match
    ? { realm: String(match[1]), pid: Number(match[2]), startedTicks: Number(match[3]) }
    : undefined;
}

/** Whether the process that wrote the file is known to have ended; `false` where that is unknown. */
export function hasEnded({ realm, pid, startedTicks }: ProcessTag): boolean {
  if (realm !== processRealm()) return false;
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if (errorCode(cause) === 'ESRCH') return true;
  }
  // A process has that id, but it may be another one. After a restart the id is soon given to another
  // process; in a container that may be the very same program.
  const now = startedTicksOf(pid);
  return now !== undefined && startedTicks > 0 && now !== startedTicks;
}

function processRealm(): string {
  let facts: string;
  try {
    facts = `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')}${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Not Linux: process ids are assumed to be the host's.
    facts = `${process.platform}${hostname()}`;
  }
  return createHash('sha256').update(facts).digest('hex').slice(0, 16);
}

/**
 * The 22nd field of `/proc/<pid>/stat`; the second, a name in brackets, may itself hold spaces and brackets.
 */
function startedTicksOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isSafeInteger(ticks) ? ticks : undefined;
  } catch {
    // Not Linux, or the process has just ended. Then the next sweep notices it.
    return undefined;
  }
}
