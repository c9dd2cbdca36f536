import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3StoreSettings } from './s3-store-settings.ts';

/** A bucket that is ready for requests. */
export interface S3Bucket {
  /** Retries requests that may be repeated. */
  readonly client: S3Client;
  /**
   * Makes one attempt, for conditional writes. A repetition would see the first attempt's effect and report a
   * conflict.
   */
  readonly withoutRetries: S3Client;
  readonly name: string;
  /** The encryption at rest that every write asks for. */
  readonly encryption: Encryption;
}

/** Server-side encryption as the requests name it; empty: the bucket's own default. */
export type Encryption =
  | Record<string, never>
  | { readonly ServerSideEncryption: 'AES256' }
  | {
      readonly ServerSideEncryption: 'aws:kms';
      readonly SSEKMSKeyId?: string;
      readonly BucketKeyEnabled: true;
    };

/** Connections of one client. With the SDK's default of 50, many simultaneous uploads would wait. */
const MAX_SOCKETS = 256;

/** Reads the settings. It makes no request, and looks for a credential only at the first request. */
export function connectS3(settings: S3StoreSettings): S3Bucket {
  const timeoutMs = settings.timeoutSeconds * 1_000;
  const config: S3ClientConfig = {
    ...(settings.region !== undefined && { region: settings.region }),
    ...(settings.endpoint !== undefined && { endpoint: settings.endpoint }),
    forcePathStyle: settings.pathStyle,
    // The driver sends its own SHA-256 with each body. The SDK's default adds a trailer that many engines do
    // not understand. With that trailer, a source that fails in the middle ends the process.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    },
    // Without it, the SDK searches its usual places: environment, shared files, web identity, container,
    // instance.
    ...(settings.credential.kind === 'static' && { credentials: staticCredentials(settings.credential) }),
  };
  return {
    client: new S3Client({ ...config, maxAttempts: 3 }),
    withoutRetries: new S3Client({ ...config, maxAttempts: 1 }),
    name: settings.bucket,
    encryption: encryptionOf(settings),
  };
}

function staticCredentials({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: Extract<S3StoreSettings['credential'], { kind: 'static' }>) {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

function encryptionOf({ encryption }: S3StoreSettings): Encryption {
  if (!encryption) return {};
  if (encryption.kind === 's3') return { ServerSideEncryption: 'AES256' };
  return {
    ServerSideEncryption: 'aws:kms',
    ...(encryption.keyId !== undefined && { SSEKMSKeyId: encryption.keyId }),
    // One call of the key service serves many objects, instead of one call for each.
    BucketKeyEnabled: true,
  };
}
