import type { ReaderOf } from './found-credential.ts';
import type { KeyCheck } from './key-check.ts';
import { unauthenticated } from './refusal.ts';

/** A random key in a header of its own. An empty header counts as none. */
export function createHeaderKeyScheme(keyCheck: KeyCheck): ReaderOf<'header-key'> {
  return ({ header }, dialect, head) => {
    const key = head.headers[header.toLowerCase()];
    if (!key) return undefined;
    return {
      secret: key,
      async authenticate() {
        const principal = await keyCheck(dialect, key);
        if (!principal) throw unauthenticated('invalid');
        return principal;
      },
    };
  };
}
