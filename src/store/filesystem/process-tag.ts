import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from './error-reason.ts';

/** Who wrote a temporary file: where process ids mean the same thing, and the id there. */
export interface ProcessTag {
  /** Digest of boot and process-id namespace: equal only where one process can see whether the other lives. */
  readonly realm: string;
  readonly pid: number;
}

/** The start of the names of this process's temporary files: `<realm>-<pid>-<random>`. */
export function newProcessTag(): string {
  return `${processRealm()}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** Reads the start of a temporary file's name; `undefined` for names that are none of ours. */
export function parseProcessTag(name: string): ProcessTag | undefined {
  const match = /^([0-9a-f]{16})-(\d+)-[0-9a-f]{8}-/.exec(name);
  return match ? { realm: String(match[1]), pid: Number(match[2]) } : undefined;
}

/** Whether the process that wrote the file is known to have ended; `false` where that cannot be known. */
export function hasEnded({ realm, pid }: ProcessTag): boolean {
  if (realm !== processRealm()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (cause) {
    return errorCode(cause) === 'ESRCH';
  }
}

function processRealm(): string {
  let facts: string;
  try {
    facts = `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')}${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Not Linux: process ids are taken to be the host's.
    facts = `${process.platform}${hostname()}`;
  }
  return createHash('sha256').update(facts).digest('hex').slice(0, 16);
}
