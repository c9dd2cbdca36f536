import type { OpenAPIV3_1 } from 'openapi-types';
import type { JsonObject } from '../domain/index.ts';
import { parseJson } from './expect-problem.ts';
import type { KitAnswer, KitRequest } from './kit-client.ts';
import { type KitContract, type KitOperation, operationsOfContract } from './kit-contract.ts';
import { sampleRequest } from './sample-request.ts';

/** A request that an answer leads to, by a `links` object of the document. */
export interface LinkedRequest {
  readonly operation: KitOperation;
  readonly request: KitRequest;
}

/**
 * The requests that the document links to this answer. A link is left out where the answer lacks its value.
 */
export function linkedRequests(
  contract: KitContract,
  { documented }: KitOperation,
  answer: KitAnswer,
): LinkedRequest[] {
  const response = documented.operation.responses?.[String(answer.status)];
  const links: (Link | OpenAPIV3_1.ReferenceObject)[] =
    response && 'links' in response ? Object.values(response.links ?? {}) : [];
  const json = parseJson(answer.body.toString('utf8'));
  return links.flatMap((link) => {
    if ('$ref' in link || json === undefined) return [];
    const operation = operationsOfContract(contract).find(
      (one) => one.documented.operationId === link.operationId,
    );
    if (!operation) return [];
    const params = resolveParameters(link, json);
    const body = link['x-polyface-body'] === undefined ? null : resolve(link['x-polyface-body'], json);
    if (params === undefined || body === undefined) return [];
    const request = sampleRequest(contract, operation, {
      params,
      ...(body === null
        ? {}
        : {
            body: {
              headers: { 'content-type': 'application/json' },
              bytes: Buffer.from(JSON.stringify(body)),
            },
          }),
    });
    return [{ operation, request }];
  });
}

type Link = OpenAPIV3_1.LinkObject & {
  /** The body of the linked request. The answer's values replace each `$response.body#/…`. */
  readonly 'x-polyface-body'?: unknown;
  /** The text before the parameter's value in the answer, which is not part of the value. */
  readonly 'x-polyface-after'?: string;
};

function resolveParameters(link: Link, json: unknown): Record<string, string> | undefined {
  const before = link['x-polyface-after'] ?? '';
  const resolved = Object.entries(link.parameters ?? {}).map(([name, template]) => {
    const value = resolve(template, json);
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
    return [name, text?.startsWith(before) ? text.slice(before.length) : undefined] as const;
  });
  const known = resolved.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
  return known.length === resolved.length ? Object.fromEntries(known) : undefined;
}

/** Replaces each `$response.body#/…` by the value that it points at; `undefined` where a value is missing. */
function resolve(template: unknown, json: unknown): unknown {
  if (typeof template === 'string' && template.startsWith('$response.body#')) {
    return pointedAt(json, template.slice('$response.body#'.length));
  }
  if (Array.isArray(template)) {
    const items = template.map((item) => resolve(item, json));
    return items.includes(undefined) ? undefined : items;
  }
  if (typeof template === 'object' && template !== null) {
    const entries = Object.entries(template).map(([key, value]) => [key, resolve(value, json)] as const);
    return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
  }
  return template;
}

function pointedAt(json: unknown, pointer: string): unknown {
  let value = json;
  for (const step of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as JsonObject)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return value;
}
