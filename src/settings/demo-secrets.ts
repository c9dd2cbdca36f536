import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPair, isScalar, parseDocument, visit } from 'yaml';
import { projectFiles } from './project-files.ts';

let digests: ReadonlySet<string> | undefined;

/**
 * Whether a secret, or its SHA-256, is one of `config/demo.yaml`. Those are public, so only a demo may accept
 * them. Salted hashes cannot be compared.
 */
export function isDemoSecret(secret: { readonly plain: string } | { readonly sha256: string }): boolean {
  digests ??= new Set(readDemoSecrets().map(sha256Of));
  return digests.has('sha256' in secret ? secret.sha256 : sha256Of(secret.plain));
}

/** Every `plain` and every `secret` that is a text. */
function readDemoSecrets(): string[] {
  const secrets: string[] = [];
  visit(parseDocument(readFileSync(join(projectFiles().root, 'config/demo.yaml'), 'utf8')), {
    Pair(_key, pair) {
      if (!isPair(pair) || !isScalar(pair.key) || !isScalar(pair.value)) return;
      const { value } = pair.value;
      if ((pair.key.value === 'plain' || pair.key.value === 'secret') && typeof value === 'string')
        secrets.push(value);
    },
  });
  return secrets;
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
