import { Type } from '@sinclair/typebox';
import { byKind, flag, json, seconds, secretText, text, textLike, type ValueOf } from './schema-parts.ts';

const endpoint = text('Address of the storage account, such as `https://example.blob.core.windows.net`.');

const azureCredential = byKind(
  {
    'connection-string': { connectionString: secretText("The account's connection string.") },
    'account-key': {
      endpoint,
      account: text('Name of the account.'),
      key: secretText("One of the account's keys."),
    },
    sas: { endpoint, token: secretText('A shared access signature for the container.') },
    identity: {
      endpoint,
      clientId: Type.Optional(text('Client id of a user-assigned identity; absent: the default one.')),
    },
  },
  'How the gateway authenticates to the storage account.',
);

const s3Credential = byKind(
  {
    default: {},
    static: {
      accessKeyId: text('Id of the access key.'),
      secretAccessKey: secretText('The access key itself.'),
      sessionToken: Type.Optional(secretText('Token of temporary keys.')),
    },
  },
  "`default`: the AWS SDK's chain: environment, shared files (assumed roles), web identity, container, instance. `static`: an access key.",
  { default: { kind: 'default' } },
);

const s3Encryption = byKind(
  {
    s3: {},
    kms: { keyId: Type.Optional(text("Id, ARN or alias of the key; absent: the account's own for S3.")) },
  },
  "Encryption at rest; absent: the bucket's default. `s3`: keys that S3 keeps. `kms`: keys of the key service.",
);

/** The schema of `store`. */
export const storeSchema = byKind(
  {
    filesystem: {},
    azure: {
      container: textLike(
        '^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$',
        'a container name: 3 to 63 lower-case letters, digits and single hyphens',
        'Name of the container.',
      ),
      prefix: Type.Optional(
        textLike(
          '^[A-Za-z0-9._/-]*$',
          'letters, digits, dots, underscores, slashes and hyphens',
          'Put before the name of every blob.',
        ),
      ),
      createContainer: flag(
        false,
        'Create the container where there is none, when a store begins (`serve --init`).',
      ),
      timeoutSeconds: seconds(10, 'Longest duration of one call, attempts and pauses included.'),
      credential: azureCredential,
    },
    s3: {
      bucket: textLike(
        '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
        'a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens',
        'Name of the bucket.',
      ),
      prefix: Type.Optional(
        textLike(
          '^[A-Za-z0-9._/-]*$',
          'letters, digits, dots, underscores, slashes and hyphens',
          'Put before the name of every object.',
        ),
      ),
      region: Type.Optional(text('Region of the bucket; absent: `AWS_REGION` or the shared files.')),
      endpoint: Type.Optional(
        textLike(
          '^https?://',
          'an http or https address',
          "Address of another engine than Amazon's, such as `https://s3.example.com`.",
        ),
      ),
      pathStyle: flag(false, '`https://endpoint/bucket/key` instead of `https://bucket.endpoint/key`.'),
      timeoutSeconds: seconds(10, 'Longest duration of one call, attempts and pauses included.'),
      encryption: Type.Optional(s3Encryption),
      credential: s3Credential,
    },
    module: {
      module: text(
        'File of your own driver, relative to the settings file; docs/adding-a-store.md shows one.',
      ),
      options: json({ default: {}, description: 'Given to the driver as they are.' }),
    },
  },
  '`filesystem`: the embedded store in `dataDir`. `azure`: a container of Azure Blob Storage, for any number of gateways. `s3`: a bucket of Amazon S3, or of an engine that honours conditional writes. `module`: a driver of your own.',
  { default: { kind: 'filesystem' } },
);

/** The embedded store, or a shared one. */
export type StoreSettings = ValueOf<typeof storeSchema>;
