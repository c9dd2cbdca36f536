import { resolve } from 'node:path';
import { engineSettings, freePort, type S3Engine, type S3Settings, startS3Engine } from './s3-engine.ts';

/** MiniStack, running. */
export type MiniStack = S3Engine;

/** Installed by `judges/install-ministack.sh`, which `npm test` calls. */
const EXECUTABLE = resolve(import.meta.dirname, '../../judges/ministack/bin/ministack');
const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Starts the engine on a free port, or on `port`, with a bucket. With `folder` it keeps its objects there, else in memory. */
export async function startMiniStack(
  bucket: string,
  options: { readonly folder?: string; readonly port?: number; readonly services?: string } = {},
): Promise<MiniStack> {
  const { folder, port = await freePort(), services = 's3' } = options;
  return await startS3Engine({
    command: [EXECUTABLE],
    port,
    bucket,
    keys: KEYS,
    env: {
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      SERVICES: services,
      LOG_LEVEL: 'ERROR',
      ...(folder !== undefined && {
        S3_PERSIST: '1',
        S3_DATA_DIR: `${folder}/s3`,
        STATE_DIR: `${folder}/state`,
        PERSIST_STATE: '1',
      }),
    },
  });
}

/** Store settings for a bucket of the engine. */
export function miniStackSettings(
  { endpoint }: Pick<MiniStack, 'endpoint'>,
  bucket: string,
  change: Partial<S3Settings> = {},
): S3Settings {
  return { ...engineSettings(endpoint, bucket, KEYS), ...change };
}
