import {
  AnonymousCredential,
  BlobServiceClient,
  ContainerClient,
  newPipeline,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import type { AzureStoreSettings } from './azure-store-settings.ts';
import { type BlobSigner, signWithDelegation, signWithKey } from './sign-blob.ts';

/** A container that is ready for requests. */
export interface AzureConnection {
  /** Retries requests that may be repeated. */
  readonly container: ContainerClient;
  /**
   * Makes one attempt, for conditional writes. A repetition would see the first attempt's effect and report a
   * conflict.
   */
  readonly withoutRetries: ContainerClient;
  /** Absent where the credential cannot sign. */
  readonly signer?: BlobSigner;
}

const RETRIES = { maxTries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 1_000 };

/** Reads the credential; no request is made. */
export async function connectAzure(settings: AzureStoreSettings): Promise<AzureConnection> {
  const { address, credential, signer } = await accessOf(settings);
  const open = (maxTries: number) =>
    new ContainerClient(address, newPipeline(credential, { retryOptions: { ...RETRIES, maxTries } }));
  return {
    container: open(RETRIES.maxTries),
    withoutRetries: open(1),
    ...(signer && { signer }),
  };
}

interface Access {
  /** The address of the container. */
  readonly address: string;
  readonly credential: Parameters<typeof newPipeline>[0];
  readonly signer?: BlobSigner;
}

async function accessOf({ credential, container }: AzureStoreSettings): Promise<Access> {
  switch (credential.kind) {
    case 'connection-string': {
      const service = BlobServiceClient.fromConnectionString(credential.connectionString);
      const key = service.credential;
      return {
        address: service.getContainerClient(container).url,
        credential: key,
        ...(key instanceof StorageSharedKeyCredential && { signer: signWithKey(key) }),
      };
    }
    case 'account-key': {
      const key = new StorageSharedKeyCredential(credential.account, credential.key);
      return {
        address: addressOf(credential.endpoint, container),
        credential: key,
        signer: signWithKey(key),
      };
    }
    case 'sas':
      return {
        address: `${addressOf(credential.endpoint, container)}?${credential.token.replace(/^\?/, '')}`,
        credential: new AnonymousCredential(),
      };
    case 'identity': {
      const { DefaultAzureCredential } = await import('@azure/identity');
      const identity = new DefaultAzureCredential(
        credential.clientId === undefined ? {} : { managedIdentityClientId: credential.clientId },
      );
      const service = new BlobServiceClient(credential.endpoint, identity);
      return {
        address: addressOf(credential.endpoint, container),
        credential: identity,
        signer: signWithDelegation(service),
      };
    }
  }
}

function addressOf(endpoint: string, container: string): string {
  return `${endpoint.replace(/(?<!\/)\/+$/, '')}/${container}`;
}
