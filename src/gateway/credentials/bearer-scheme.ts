import type { Principal } from '../../domain/index.ts';
import type { ReaderOf } from './found-credential.ts';
import type { KeyCheck } from './key-check.ts';
import { unauthenticated } from './refusal.ts';

/** Verifies a JWT for a dialect. `undefined` for tokens of another kind. Throws `unauthenticated`. */
export type JwtCheck = (
  dialect: string,
  token: string,
  subjectClaim: string,
) => Promise<Principal | undefined>;

/** `Authorization: Bearer …` (RFC 6750): an opaque token, or a JWT that one of `jwtChecks` knows. */
export function createBearerScheme(parts: {
  readonly keyCheck: KeyCheck;
  readonly jwtChecks: readonly JwtCheck[];
}): ReaderOf<'bearer'> {
  return ({ subjectClaim = 'sub' }, dialect, head) => {
    const [, token] = /^bearer +(\S.*)$/i.exec(head.headers['authorization'] ?? '') ?? [];
    if (token === undefined) return undefined;
    return {
      secret: token,
      async authenticate() {
        const opaque = await parts.keyCheck(dialect, token);
        if (opaque) return opaque;
        if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw unauthenticated('invalid');
        for (const check of parts.jwtChecks) {
          const principal = await check(dialect, token, subjectClaim);
          if (principal) return principal;
        }
        throw unauthenticated('invalid');
      },
    };
  };
}
