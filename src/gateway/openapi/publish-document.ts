import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  type WireProfile,
} from '../../domain/index.ts';
import { documentOfProfile } from './document-profile.ts';
import { flattenSchemas } from './flatten-schemas.ts';
import { nameSchemas } from './name-schemas.ts';
import { PREFIXES, prefixesOf } from './open-api-document.ts';

/**
 * A document as callers get it: one profile, without the components that only other profiles use, and with
 * one server, because few generators support the servers of a single path. Where paths have different
 * prefixes, the server is the root and the paths are complete. `address` is put before the server.
 */
export function publishDocument(source: Json, profile: WireProfile, address = ''): JsonObject {
  const ofProfile = documentOfProfile(source, profile);
  const flat = isJsonObject(ofProfile) ? flattenSchemas(ofProfile, ofProfile) : undefined;
  if (!isJsonObject(flat)) throw new Error('it is no OpenAPI document');
  const document = nameSchemas(flat);
  const shared = firstPrefix(document.servers);
  const items = Object.entries(isJsonObject(document.paths) ? document.paths : {});
  const isOne = items.every(([, item]) => prefixOfItem(item, shared) === shared);
  const paths = items.map(([template, item]) => [
    isOne ? template : `${prefixOfItem(item, shared)}${template}`,
    withoutServers(item),
  ]);
  const published = {
    ...document,
    servers: [{ url: `${address}${isOne ? shared : ''}` || '/' }],
    paths: Object.fromEntries(paths),
  };
  return { ...published, components: usedComponents(published) };
}

function firstPrefix(servers: Json | undefined): string {
  const urls = (isJsonArray(servers) ? servers : []).flatMap((server) =>
    isJsonObject(server) && typeof server.url === 'string' ? [{ url: server.url }] : [],
  );
  return prefixesOf(urls)[0] ?? '';
}

/**
 * The first of a path's own prefixes is the one that is published; the further ones stay in the extension.
 */
function prefixOfItem(item: Json | undefined, shared: string): string {
  if (!isJsonObject(item)) return shared;
  const own = item[PREFIXES];
  if (isJsonArray(own) && typeof own[0] === 'string') return prefixesOf([{ url: own[0] }])[0] ?? shared;
  return item.servers === undefined ? shared : firstPrefix(item.servers);
}

function withoutServers(item: Json | undefined): Json | undefined {
  if (!isJsonObject(item)) return item;
  const { servers: _, ...rest } = item;
  return rest;
}

/**
 * The components that something refers to, and the security schemes, which `security` names without a
 * reference.
 */
function usedComponents({ components, ...rest }: JsonObject): JsonObject {
  if (!isJsonObject(components)) return {};
  const used = new Set<string>();
  const visit = (node: Json | undefined): void => {
    if (isJsonArray(node)) for (const member of node) visit(member);
    if (!isJsonObject(node)) return;
    for (const [key, value] of Object.entries(node)) {
      if (key !== '$ref' || typeof value !== 'string') visit(value);
      else if (!used.has(value)) {
        used.add(value);
        const [, , kind = '', name = ''] = value.split('/');
        const ofKind = components[kind];
        if (isJsonObject(ofKind)) visit(ofKind[name]);
      }
    }
  };
  visit(rest);
  return Object.fromEntries(
    Object.entries(components).flatMap(([kind, ofKind]) => {
      if (kind === 'securitySchemes' || !isJsonObject(ofKind)) return [[kind, ofKind]];
      const kept = Object.entries(ofKind).filter(([name]) => used.has(`#/components/${kind}/${name}`));
      return kept.length > 0 ? [[kind, Object.fromEntries(kept)]] : [];
    }),
  );
}
