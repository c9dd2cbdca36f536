import { jsonText, type WireRequestHead } from '../domain/index.ts';
import type { DocumentParameter } from '../gateway/openapi/open-api-document.ts';
import type { KitRequest } from './kit-client.ts';
import type { KitContract, KitOperation } from './kit-contract.ts';

/** What a sample request is changed in. */
export interface SampleChanges {
  /** Replaces parameters by name; `undefined` leaves one out. */
  readonly params?: Readonly<Record<string, string | undefined>>;
  readonly method?: string;
  /** Instead of the target's credential. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly headers: Readonly<Record<string, string>>; readonly bytes: Buffer };
}

/** A request that the document allows, with the target's parameters or else the document's examples. */
export function sampleRequest(
  contract: KitContract,
  operation: KitOperation,
  changes: SampleChanges = {},
): KitRequest {
  const { documented } = operation;
  const values = parameterValues(contract, documented.parameters, changes.params ?? {});
  const query = documented.parameters
    .filter((parameter) => parameter.in === 'query' && values[parameter.name] !== undefined)
    .map(({ name }) => `${encodeURIComponent(name)}=${encodeURIComponent(values[name] ?? '')}`);
  const path = documented.template.replace(/\{([^{}]+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  );
  const body = changes.body ?? jsonBody(contract, operation);
  return {
    method: changes.method ?? documented.method.toUpperCase(),
    path: `${documented.prefixes[0] ?? ''}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    headers: { ...(changes.headers ?? contract.target.headers), ...body?.headers },
    ...(body ? { body: body.bytes } : {}),
  };
}

/** Whether every parameter that the operation needs is known. */
export function isSampleable(contract: KitContract, { documented }: KitOperation): boolean {
  const values = parameterValues(contract, documented.parameters, {});
  return documented.parameters.every(({ required, name }) => !required || values[name] !== undefined);
}

/** The head of a request, as the dialect's pure functions want it. */
export function headOf(request: KitRequest, operation: KitOperation | undefined): WireRequestHead {
  const url = new URL(request.path, 'http://kit');
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) (query[name] ??= []).push(value);
  return {
    ...(operation ? { operationId: operation.documented.operationId } : {}),
    method: request.method,
    path: url.pathname,
    params: operation ? pathParams(operation, url.pathname) : {},
    query,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  };
}

function pathParams({ documented }: KitOperation, path: string): Record<string, string> {
  const prefix = documented.prefixes.find((one) => path.startsWith(`${one}/`)) ?? '';
  const names = documented.template.split('/');
  const segments = path.slice(prefix.length).split('/');
  return Object.fromEntries(
    names.flatMap((name, index) =>
      name.startsWith('{') ? [[name.slice(1, -1), decodeURIComponent(segments[index] ?? '')]] : [],
    ),
  );
}

function parameterValues(
  { target }: KitContract,
  parameters: readonly DocumentParameter[],
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const values: Record<string, string | undefined> = {};
  for (const parameter of parameters) {
    if (parameter.in === 'header') continue;
    const known = target.params[parameter.name] ?? (parameter.required ? exampleOf(parameter) : undefined);
    values[parameter.name] = parameter.name in changes ? changes[parameter.name] : known;
  }
  return values;
}

function exampleOf(parameter: DocumentParameter): string | undefined {
  const [first] = Object.values(parameter.examples ?? {});
  const named = first && 'value' in first ? first.value : undefined;
  const example: unknown = parameter.example ?? named;
  return typeof example === 'string' || typeof example === 'number' ? String(example) : undefined;
}

function jsonBody({ target }: KitContract, { documented, translated }: KitOperation): SampleChanges['body'] {
  if (translated.body !== 'json') return undefined;
  const { requestBody } = documented.operation;
  const media = requestBody && 'content' in requestBody ? requestBody.content['application/json'] : undefined;
  const [first] = Object.values(media?.examples ?? {});
  const example: unknown = media?.example ?? (first && 'value' in first ? first.value : {});
  const own = target.bodies[documented.operationId];
  const text = own === undefined ? JSON.stringify(example) : jsonText(own);
  return { headers: { 'content-type': 'application/json' }, bytes: Buffer.from(text) };
}
