import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { stringify } from 'yaml';
import type { WireProfile } from '../../domain/index.ts';
import type { LoadedDialect } from '../dialect-registry.ts';
import { publishDocument } from '../openapi/publish-document.ts';
import { baseUrlOf } from '../requests/base-url.ts';
import type { OriginReader } from '../requests/client-origin.ts';
import { isNotModified } from '../responses/preconditions.ts';

/** Marks the place in a built document for the address under which the gateway was asked. */
const ADDRESS = 'https://address.polyface.invalid';

/** A document as YAML and as JSON. */
interface BuiltDocument {
  readonly yaml: string;
  readonly json: string;
}

/**
 * `/openapi/<dialect>.yaml` and `.json`: the documents of the profiles that are served. Their server is the
 * address that the client asked. `/openapi/<dialect>.<profile>.yaml` is the document of one profile, also of
 * one that is not served. Each document is built at its first request.
 */
export function createServedDocuments(
  dialects: readonly LoadedDialect[],
  { publicUrl, readOrigin }: { readonly publicUrl?: string | undefined; readonly readOrigin: OriginReader },
): RequestHandler {
  const byName = new Map(dialects.map((loaded) => [loaded.dialect.name, loaded]));
  const built = new Map<string, BuiltDocument>();
  return (request, response, next) => {
    const found = /^\/openapi\/([a-z0-9-]+)(?:\.(documented|observed))?\.(yaml|json)$/.exec(request.path);
    const loaded = byName.get(found?.[1] ?? '');
    if (!loaded || (request.method !== 'GET' && request.method !== 'HEAD')) return next();
    const profile =
      found?.[2] === 'documented' || found?.[2] === 'observed' ? found[2] : loaded.setting().profile;
    const key = `${loaded.dialect.name} ${profile}`;
    const document = built.get(key) ?? buildDocument(loaded, profile);
    built.set(key, document);
    const isYaml = found?.[3] === 'yaml';
    const address = baseUrlOf(readOrigin(request), request.socket, publicUrl);
    const text = (isYaml ? document.yaml : document.json).replaceAll(ADDRESS, address);
    const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    const etag = `"${digest}"`;
    const known = request.get('if-none-match');
    response.set({ 'Cache-Control': 'no-cache', ETag: etag });
    if (known !== undefined && isNotModified({ 'if-none-match': known }, { etag }))
      response.status(304).end();
    else response.type(isYaml ? 'application/yaml' : 'application/json').send(text);
  };
}

function buildDocument({ documentSource }: LoadedDialect, profile: WireProfile): BuiltDocument {
  const document = publishDocument(documentSource, profile, ADDRESS);
  return {
    yaml: stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }),
    json: JSON.stringify(document),
  };
}
