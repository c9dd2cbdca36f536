import * as crypto from 'node:crypto';
import { promisify } from 'node:util';
import PQueue from 'p-queue';
import { ProblemError } from '../../domain/index.ts';
import type { Caller } from './found-credential.ts';
import { sameDigest } from './secret-digest.ts';

/** A stored password, `$argon2id$v=19$m=…,t=…,p=…$salt$hash` taken apart. */
export interface Argon2idHash {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const encoding =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
/** OWASP's second choice: 19 MiB and two passes, about 30 ms. */
const usualCost = { memoryKiB: 19_456, passes: 2, parallelism: 1 };
/** A mistaken setting must not let one request take the process's memory. */
const mostMemoryKiB = 262_144;
/**
 * How many checks may wait in all, and of one client. So a client that guesses passwords cannot take every
 * place.
 */
const mostWaiting = 256;
const mostWaitingPerClient = 32;

/** Reads the usual text form of an argon2id hash; throws a plain `Error` that does not repeat it. */
export function parseArgon2id(text: string): Argon2idHash {
  const [, memory, passes, parallelism, salt, hash] = encoding.exec(text) ?? [];
  if (!memory || !passes || !parallelism || !salt || !hash) {
    throw new Error('expected an argon2id hash such as $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>');
  }
  const parsed = {
    memoryKiB: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
  if (parsed.memoryKiB < 8 * parsed.parallelism || parsed.memoryKiB > mostMemoryKiB || parsed.passes < 1) {
    throw new Error(`expected an argon2id hash with m at most ${mostMemoryKiB} and t at least 1`);
  }
  if (parsed.parallelism < 1 || parsed.salt.byteLength < 8 || parsed.hash.byteLength < 16) {
    throw new Error('expected an argon2id hash with a salt of 8 bytes or more and a hash of 16 or more');
  }
  return parsed;
}

/** Makes the stored form of a password. */
export async function hashArgon2id(password: string): Promise<string> {
  const salt = crypto.randomBytes(16);
  const hash = await digest(password, { ...usualCost, salt, hash: Buffer.alloc(32) });
  const { memoryKiB, passes, parallelism } = usualCost;
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${parallelism}$${withoutPadding(salt)}$${withoutPadding(hash)}`;
}

/** Checks passwords one after the other. */
export interface Argon2idChecker {
  /**
   * A caller whose secret was right lately is served first and never refused. The others take turns, each
   * client with a few places. Throws `ProblemError` `overloaded` when too many wait.
   */
  matches(stored: Argon2idHash, password: string, caller: Caller): Promise<boolean>;
}

/** One at a time: argon2 runs on libuv's threads, which picture decoding and file access need as well. */
export function createArgon2idChecker(): Argon2idChecker {
  const queue = new PQueue({ concurrency: 1 });
  const waiting = new Map<string, number>();
  const count = (client: string, by: 1 | -1) => {
    const left = (waiting.get(client) ?? 0) + by;
    if (left > 0) waiting.set(client, left);
    else waiting.delete(client);
  };
  return {
    async matches(stored, password, { client, trusted }) {
      const ahead = waiting.get(client) ?? 0;
      if (!trusted && (queue.size >= mostWaiting || ahead >= mostWaitingPerClient)) {
        throw new ProblemError({ kind: 'overloaded', retryAfterSeconds: 1 });
      }
      count(client, 1);
      try {
        return await queue.add(async () => sameDigest(await digest(password, stored), stored.hash), {
          priority: trusted ? 1 : -ahead,
        });
      } finally {
        count(client, -1);
      }
    },
  };
}

function digest(
  password: string,
  { memoryKiB, passes, parallelism, salt, hash }: Argon2idHash,
): Promise<Buffer> {
  // A sandbox may run on Node 22, which has no argon2. Its people only have such a password if the test gives
  // them one.
  if (!('argon2' in crypto)) throw new Error('argon2id needs Node.js 24');
  return promisify(crypto.argon2)('argon2id', {
    message: Buffer.from(password, 'utf8'),
    nonce: salt,
    parallelism,
    tagLength: hash.byteLength,
    memory: memoryKiB,
    passes,
  });
}

function withoutPadding(bytes: Buffer): string {
  return bytes.toString('base64').replace(/(?<!=)=+$/, '');
}
