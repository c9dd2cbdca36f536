import type { RequestHandler } from 'express';
import { isMap, isSeq, parseDocument } from 'yaml';
import type { LoadedDialect } from '../dialect-registry.ts';
import { baseUrlOf } from '../exchange/base-url.ts';
import { prefixesOf } from '../openapi/open-api-document.ts';

/** `/openapi/<dialect>.yaml` and `.json`: the documents with every server address set to the one that was asked. */
export function createServedDocuments(
  dialects: readonly LoadedDialect[],
  publicUrl: string | undefined,
): RequestHandler {
  const byName = new Map(dialects.map((loaded) => [loaded.dialect.name, loaded]));
  return (request, response, next) => {
    const found = /^\/openapi\/([a-z0-9-]+)\.(yaml|json)$/.exec(request.path);
    const loaded = byName.get(found?.[1] ?? '');
    if (!loaded || (request.method !== 'GET' && request.method !== 'HEAD')) return next();
    const document = withServers(loaded.documentText, baseUrlOf(request, publicUrl));
    response.set('Cache-Control', 'no-cache');
    if (found?.[2] === 'yaml') response.type('application/yaml').send(document.toString());
    else response.json(document.toJS());
  };
}

/** Edits the text's syntax tree, so that comments and order stay. */
function withServers(text: string, baseUrl: string) {
  const document = parseDocument(text);
  rewrite(document.contents, baseUrl);
  const paths = document.get('paths');
  if (isMap(paths)) for (const item of paths.items) rewrite(item.value, baseUrl);
  return document;
}

function rewrite(node: unknown, baseUrl: string): void {
  if (!isMap(node)) return;
  const servers = node.get('servers');
  if (!isSeq(servers)) return;
  for (const server of servers.items) {
    if (!isMap(server)) continue;
    const [prefix = ''] = prefixesOf([{ url: String(server.get('url')) }]);
    server.set('url', `${baseUrl}${prefix}` || '/');
  }
}
