import { ProblemError, type RequestContext, type WireRequestHead } from '../../src/domain/index.ts';

const HEADER = 'assume-user';

/**
 * The e-mail address in `Assume-User`, URI-decoded; `undefined` without the header. Throws `forbidden` for a
 * caller who is not an administrator, and `invalid-parameter` where the value is not an e-mail address.
 */
export function assumedUser(
  { headers }: Pick<WireRequestHead, 'headers'>,
  { principal }: Pick<RequestContext<unknown>, 'principal'>,
): string | undefined {
  const value = headers[HEADER];
  if (value === undefined) return undefined;
  if (!principal?.scopes.includes('ADMIN_USERS')) throw new ProblemError({ kind: 'forbidden' });
  const email = tryDecode(value);
  if (email === undefined || !/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw new ProblemError({ kind: 'invalid-parameter', name: 'Assume-User', value, location: 'header' });
  }
  return email;
}

function tryDecode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch (cause) {
    if (cause instanceof URIError) return undefined;
    throw cause;
  }
}
