import { type CommandOf, isJsonObject, ProblemError, type WireRequest } from '../../src/domain/index.ts';

/** `{"key":"…","secret":"…"}`. */
export function readTokenRequest({ json }: WireRequest): CommandOf<'issue-token'> {
  const body = isJsonObject(json) ? json : {};
  return { kind: 'issue-token', key: textIn(body.key, 'key'), secret: textIn(body.secret, 'secret') };
}

function textIn(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ProblemError({ kind: 'invalid-parameter', name, location: 'body' });
}
