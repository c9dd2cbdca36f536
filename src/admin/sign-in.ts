import { randomBytes } from 'node:crypto';
import type { Operator } from './admin-role.ts';

/** Browser sessions of the console. They are kept in memory, so a restart signs every operator out. */
export interface SignIn {
  /** A code that signs one browser in, once, for the next ten minutes. */
  issueCode(operator: Operator): string;
  /** Exchanges a code for a session; `undefined` where it is unknown, used or too old. */
  redeemCode(code: string): Session | undefined;
  /** Begins a session for an operator who has authenticated. */
  open(operator: Operator): Session;
  /** The operator of a session, or `undefined`. */
  find(sessionId: string): Operator | undefined;
  close(sessionId: string): void;
}

/** A signed-in browser. */
export interface Session {
  /** 256 random bits, the value of the cookie. */
  readonly id: string;
  readonly operator: Operator;
  readonly endsAtMs: number;
}

const CODE_MS = 10 * 60_000;
const SESSION_MS = 12 * 3_600_000;
const MAX_SESSIONS = 1_000;

/** Creates the sessions of one gateway. */
export function createSignIn(nowMs: () => number): SignIn {
  const codes = new Map<string, { readonly operator: Operator; readonly endsAtMs: number }>();
  const sessions = new Map<string, Session>();

  function open(operator: Operator): Session {
    const session = { id: randomBytes(32).toString('base64url'), operator, endsAtMs: nowMs() + SESSION_MS };
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
      if (session.endsAtMs > nowMs()) return session.operator;
      sessions.delete(sessionId);
      return undefined;
    },
    close: (sessionId) => void sessions.delete(sessionId),
  };
}
