/** A refusal of the admin API (RFC 9457). */
export class ApiProblem extends Error {
  readonly status: number;
  /** The whole problem document. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(status: number, detail: string, members: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.status = status;
    this.members = members;
  }
}

const BASE = '/admin/v1';

/** Reads a resource of the admin API. */
export function read<T>(path: string): Promise<T> {
  return ask<T>('GET', path);
}

/** Changes something through the admin API. With `version`, only if that is still the present version. */
export function change<T>(
  method: 'POST' | 'DELETE',
  path: string,
  body: object = {},
  version?: number,
): Promise<T> {
  return ask<T>(method, path, body, version === undefined ? {} : { 'If-Match': `"${version}"` });
}

async function ask<T>(
  method: string,
  path: string,
  body?: object,
  conditions: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await fetch(BASE + path, {
    method,
    headers: body
      ? { 'Content-Type': 'application/json', 'X-Polyface-Admin': '1', ...conditions }
      : conditions,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  const value: unknown = text === '' ? undefined : JSON.parse(text);
  if (!response.ok)
    throw new ApiProblem(response.status, detailOf(value) ?? `HTTP ${response.status}`, {
      ...(value as object),
    });
  return value as T;
}

function detailOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('detail' in value)) return undefined;
  return typeof value.detail === 'string' ? value.detail : undefined;
}

/** Listens to server-sent events until the returned function is called. */
export function listen(path: string, event: string, act: (data: unknown) => void): () => void {
  const source = new EventSource(BASE + path);
  source.addEventListener(event, (message: MessageEvent<string>) => act(JSON.parse(message.data)));
  return () => source.close();
}
