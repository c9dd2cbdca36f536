import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A secret that signs download addresses and issued tokens. */
export interface SigningKey {
  readonly id: string;
  readonly secret: string;
}

/**
 * The settings' keys. Without any, one key is made at the first start and kept in the data folder, readable
 * only by its owner. Gateways that share a store but not a data folder need keys in their settings.
 */
export async function signingKeys(
  configured: readonly SigningKey[],
  dataDir: string,
): Promise<readonly SigningKey[]> {
  if (configured.length > 0) return configured;
  const file = join(dataDir, 'signing-key');
  return [{ id: 'own', secret: (await makeOnce(file, dataDir)) ?? (await readWhole(file)) }];
}

/** 32 bytes in base64url. */
const SECRET_LENGTH = 43;
const TRIES = 50;
const BETWEEN_TRIES_MS = 100;

/** Reads the key that another start made. That start may still be writing it. */
async function readWhole(file: string): Promise<string> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const secret = await readFile(file, 'utf8');
    if (secret.length >= SECRET_LENGTH) return secret;
    await pause(BETWEEN_TRIES_MS);
  }
  throw new Error(`${file} holds no whole key: remove it, and the next start makes another`);
}

/** Makes the key; `undefined` where another start made it first. */
async function makeOnce(file: string, dataDir: string): Promise<string | undefined> {
  await mkdir(dataDir, { recursive: true });
  const secret = randomBytes(32).toString('base64url');
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(secret);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return secret;
  } catch (cause) {
    if (Error.isError(cause) && 'code' in cause && cause.code === 'EEXIST') return undefined;
    throw cause;
  }
}
