import {
  BlobSASPermissions,
  type BlobServiceClient,
  generateBlobSASQueryParameters,
  type ServiceGetUserDelegationKeyResponse,
  type StorageSharedKeyCredential,
} from '@azure/storage-blob';

/** What a signed address permits. */
export interface SignedRead {
  readonly containerName: string;
  readonly blobName: string;
  readonly ttlSeconds: number;
  readonly contentType: string;
  readonly contentDisposition: string;
}

/** Gives the query with which one blob can be read for a while, without a credential. */
export type BlobSigner = (read: SignedRead) => Promise<string>;

/** How far the service's clock may be behind this machine's, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;

/** How long a delegation key is used, in milliseconds; the service allows seven days. */
const DELEGATION_MS = 24 * 60 * 60 * 1000;

/** Signs with the account's key. */
export function signWithKey(key: StorageSharedKeyCredential): BlobSigner {
  return async (read) => generateBlobSASQueryParameters(valuesOf(read), key).toString();
}

/**
 * Signs with a key that the service gives to an identity. A new key is fetched where the present one would
 * end before the signature does.
 */
export function signWithDelegation(service: BlobServiceClient): BlobSigner {
  let current:
    | { readonly key: Promise<ServiceGetUserDelegationKeyResponse>; readonly endsAtMs: number }
    | undefined;

  function keyFor(endsAtMs: number): Promise<ServiceGetUserDelegationKeyResponse> {
    if (current && current.endsAtMs >= endsAtMs) return current.key;
    const nowMs = Date.now();
    const fetched = {
      endsAtMs: Math.max(endsAtMs, nowMs + DELEGATION_MS),
      key: service.getUserDelegationKey(
        new Date(nowMs - CLOCK_SKEW_MS),
        new Date(Math.max(endsAtMs, nowMs + DELEGATION_MS)),
      ),
    };
    current = fetched;
    fetched.key.catch(() => {
      if (current === fetched) current = undefined;
    });
    return fetched.key;
  }

  return async (read) => {
    const values = valuesOf(read);
    const key = await keyFor(values.expiresOn.getTime());
    return generateBlobSASQueryParameters(values, key, service.accountName).toString();
  };
}

function valuesOf({ ttlSeconds, ...read }: SignedRead) {
  const nowMs = Date.now();
  return {
    ...read,
    permissions: BlobSASPermissions.parse('r'),
    startsOn: new Date(nowMs - CLOCK_SKEW_MS),
    expiresOn: new Date(nowMs + ttlSeconds * 1000),
  };
}
