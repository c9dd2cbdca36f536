import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { engineSettings, freePort, type S3Engine, type S3Settings, startS3Engine } from './s3-engine.ts';

/** Built by `judges/install-versitygw.sh`, which takes a Go compiler and minutes. */
const EXECUTABLE = resolve(import.meta.dirname, '../../judges/versitygw/versitygw');
/** The engine keeps objects as files with extended attributes: not every temporary folder has them. */
const FOLDERS = resolve(import.meta.dirname, '../../reports');
const KEYS = { accessKeyId: 'versity-root', secretAccessKey: 'versity-root-secret' };

/** Whether the engine is there. */
export function hasVersityGateway(): boolean {
  return existsSync(EXECUTABLE);
}

/** Starts the engine on a free port, with a bucket in a folder of its own. */
export async function startVersityGateway(bucket: string): Promise<S3Engine> {
  await mkdir(FOLDERS, { recursive: true });
  const folder = await mkdtemp(join(FOLDERS, 'versitygw-'));
  const port = await freePort();
  const engine = await startS3Engine({
    command: [EXECUTABLE, '--port', `127.0.0.1:${port}`, '--quiet', 'posix', folder],
    env: { ROOT_ACCESS_KEY: KEYS.accessKeyId, ROOT_SECRET_KEY: KEYS.secretAccessKey },
    port,
    bucket,
    keys: KEYS,
  });
  return {
    ...engine,
    async stop() {
      await engine.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Store settings for a bucket of the engine. */
export function versitySettings(
  { endpoint }: S3Engine,
  bucket: string,
  change: Partial<S3Settings> = {},
): S3Settings {
  return { ...engineSettings(endpoint, bucket, KEYS), ...change };
}
