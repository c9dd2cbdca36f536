import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A secret that signs download addresses and issued tokens. */
export interface SigningKey {
  readonly id: string;
  readonly secret: string;
}

/**
 * The settings' keys; where there are none, one that is made at the first start and kept in the data folder, readable by its owner alone.
 * Gateways that share a store but not a data folder need keys in their settings.
 */
export async function signingKeys(
  configured: readonly SigningKey[],
  dataDir: string,
): Promise<readonly SigningKey[]> {
  if (configured.length > 0) return configured;
  const file = join(dataDir, 'signing-key');
  return [{ id: 'own', secret: (await makeOnce(file, dataDir)) ?? (await readFile(file, 'utf8')) }];
}

/** `undefined` when another start made it first. */
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
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return undefined;
    throw cause;
  }
}
