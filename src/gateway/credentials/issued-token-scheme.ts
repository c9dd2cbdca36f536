import type { ClientCheck } from './client-check.ts';
import type { ReaderOf } from './found-credential.ts';
import type { IssuedTokens } from './issued-token.ts';
import { unauthenticated } from './refusal.ts';

/**
 * A token that this gateway issued, bare in a header. Its client is looked up each time, so revoking the
 * client ends its tokens.
 */
export function createIssuedTokenScheme(parts: {
  readonly tokens: IssuedTokens;
  readonly clients: ClientCheck;
}): ReaderOf<'issued-token'> {
  return ({ header }, dialect, head) => {
    const token = head.headers[header.toLowerCase()];
    if (!token) return undefined;
    return {
      secret: token,
      async authenticate() {
        const handle = await parts.tokens.verify(dialect, token);
        const principal = await parts.clients.find(dialect, handle);
        if (!principal) throw unauthenticated('invalid');
        return principal;
      },
    };
  };
}
