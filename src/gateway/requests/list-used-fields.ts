import type { IntakePolicy, Json, Upload, WireRequestHead } from '../../domain/index.ts';
import { isJsonArray, isJsonObject } from '../../domain/index.ts';
import type { DocumentOperation } from '../openapi/open-api-document.ts';

/** The documented parameters, members and parts that a request used. Names that a caller made up are left out. */
export function listUsedFields(
  { parameters, operation }: DocumentOperation,
  head: WireRequestHead,
  received: { readonly json?: Json; readonly uploads: readonly Upload[] },
  field: IntakePolicy['field'],
): string[] {
  const sent = parameters
    .filter(({ in: where, name }) =>
      where === 'query'
        ? head.query[name] !== undefined
        : where === 'header' && head.headers[name.toLowerCase()] !== undefined,
    )
    .map(({ in: where, name }) => `${where}:${name}`);
  const { requestBody } = operation;
  const media = requestBody && 'content' in requestBody ? requestBody.content['application/json'] : undefined;
  const members = received.json === undefined ? [] : membersOf(media?.schema, received.json);
  return [
    ...sent,
    ...members.map((name) => `json:${name}`),
    ...new Set(received.uploads.map((upload) => partOf(upload, field))),
  ];
}

function partOf({ fieldName }: Upload, field: IntakePolicy['field']): string {
  if (fieldName === undefined) return 'body:raw';
  // The spelling tells clients apart. Where the policy accepts any name, the name is left out, because the
  // caller chose it.
  if (field === 'any') return 'part:any';
  return fieldName === field.name || fieldName === fieldName.toLowerCase()
    ? `part:${fieldName}`
    : 'part:mixed-case';
}

function membersOf(schema: unknown, json: Json): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if (isJsonArray(json))
    return 'items' in schema ? [...new Set(json.flatMap((item) => membersOf(schema.items, item)))] : [];
  if (!isJsonObject(json) || !('properties' in schema) || typeof schema.properties !== 'object') return [];
  return Object.keys(schema.properties ?? {}).filter((name) => json[name] !== undefined);
}
