import { randomBytes } from 'node:crypto';
import type { Operator } from './admin-role.ts';

/** Browser sessions of the console. They are kept in memory, so a restart signs every operator out. */
export interface SignIn {
  /** A code that signs one browser in, once, for the next ten minutes. */
  issueCode(operator: Operator): string;
  /** Exchanges a code for a session; `undefined` where it is unknown, used or too old. */
  redeemCode(code: string): Session | undefined;
  /** Begins a session for an operator who has authenticated with a token. */
  open(operator: Operator, token: SessionToken): Session;
  /** A session that has not ended by its time. Whether its token is still good has to be asked as well. */
  find(sessionId: string): Session | undefined;
  close(sessionId: string): void;
}

/** A signed-in browser. */
export interface Session {
  /** 256 random bits, the value of the cookie. */
  readonly id: string;
  readonly operator: Operator;
  readonly endsAtMs: number;
  /** The token that it was opened with; absent after a sign-in link. */
  readonly token?: SessionToken;
}

/** The token of a session. */
export interface SessionToken {
  readonly id: string;
  readonly expiresAtMs?: number | undefined;
}

const CODE_MS = 10 * 60_000;
const SESSION_MS = 12 * 3_600_000;
const MAX_SESSIONS = 1_000;

/** Creates the sessions of one gateway. */
export function createSignIn(nowMs: () => number): SignIn {
  const codes = new Map<string, { readonly operator: Operator; readonly endsAtMs: number }>();
  const sessions = new Map<string, Session>();

  function open(operator: Operator, token?: SessionToken): Session {
    const session = {
      id: randomBytes(32).toString('base64url'),
      operator,
      endsAtMs: Math.min(nowMs() + SESSION_MS, token?.expiresAtMs ?? Number.POSITIVE_INFINITY),
      ...(token ? { token } : {}),
    };
    sessions.set(session.id, session);
    const [oldest] = sessions.keys();
    if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
    return session;
  }

  return {
    issueCode(operator) {
      const code = randomBytes(24).toString('base64url');
      codes.set(code, { operator, endsAtMs: nowMs() + CODE_MS });
      return code;
    },
    redeemCode(code) {
      const known = codes.get(code);
      codes.delete(code);
      return known && known.endsAtMs > nowMs() ? open(known.operator) : undefined;
    },
    open,
    find(sessionId) {
      const session = sessions.get(sessionId);
      if (!session) return undefined;
      if (session.endsAtMs > nowMs()) return session;
      sessions.delete(sessionId);
      return undefined;
    },
    close: (sessionId) => void sessions.delete(sessionId),
  };
}
