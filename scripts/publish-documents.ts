/*
 * `node scripts/publish-documents.ts [folder]`: writes the documents as callers get them, `<dialect>.<profile>.yaml`, or `<dialect>.yaml` where
 * the profiles do not differ. Default: `dist/openapi`, which is in the package.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Json } from '../src/domain/index.ts';
import { hasProfiles } from '../src/gateway/openapi/document-profile.ts';
import { publishDocument } from '../src/gateway/openapi/publish-document.ts';

const root = join(import.meta.dirname, '..');
const folder = process.argv[2] ?? join(root, 'dist/openapi');
await mkdir(folder, { recursive: true });
for (const file of await readdir(join(root, 'openapi'))) {
  // The console's own API is no dialect and has no profiles.
  if (!file.endsWith('.yaml') || file === 'admin.yaml') continue;
  const source: Json = parse(await readFile(join(root, 'openapi', file), 'utf8'));
  const name = file.slice(0, -'.yaml'.length);
  if (!hasProfiles(source)) await publish(name, publishDocument(source, 'documented'));
  else
    for (const profile of ['documented', 'observed'] as const)
      await publish(`${name}.${profile}`, publishDocument(source, profile));
}

async function publish(name: string, document: Json): Promise<void> {
  const text = stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
  await writeFile(join(folder, `${name}.yaml`), text);
}
