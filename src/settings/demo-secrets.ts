import { createHash } from 'node:crypto';

/** Every secret of `config/demo.yaml`. They are public: nothing but a demo may accept them, in plain text or as a hash. */
const DEMO_SECRETS: readonly string[] = [
  'server123',
  'demo-client-secret',
  'demo-v1-key',
  'demo-v1-readonly',
  'demo-smartsheet-admin',
  'demo-smartsheet-jane',
  'demo-timbu-token',
  'demo-timbu-ada',
  'demo-timbu-secret',
  'demo-native-key',
  'demo-other-password',
  'demo-other-v1-key',
  'demo-other-smartsheet',
  'demo-other-timbu',
  'demo-other-native',
];

const digests = new Set(DEMO_SECRETS.map((secret) => createHash('sha256').update(secret).digest('hex')));

/** Whether a secret, or the SHA-256 that stands for one, is a demo's. Salted hashes cannot be told. */
export function isDemoSecret(secret: { readonly plain: string } | { readonly sha256: string }): boolean {
  return digests.has(
    'sha256' in secret ? secret.sha256 : createHash('sha256').update(secret.plain).digest('hex'),
  );
}
