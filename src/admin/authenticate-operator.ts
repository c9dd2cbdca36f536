import type { Request } from 'express';
import { createRemoteJWKSet, errors as joseErrors } from 'jose';
import { Counter, type Registry } from 'prom-client';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { verifyJwt } from '../gateway/credentials/verify-jwt.ts';
import { networkOf } from '../gateway/limits/window-key.ts';
import { readAddressRanges } from '../settings/address-ranges.ts';
import { ADMIN_ROLES, type AdminSettings } from '../settings/admin-settings.ts';
import { AdminProblem } from './admin-problem.ts';
import { type AdminRole, isAdminRole, type Operator } from './admin-role.ts';
import type { AdminToken, AdminTokens } from './admin-tokens.ts';
import type { Session, SignIn } from './sign-in.ts';

/** Finds out which operator sends a request. */
export interface OperatorAuthenticator {
  /** Throws `AdminProblem` 401 or 429. */
  authenticate(request: Request): Promise<Operator>;
  /** The same, but asks anew: of a long response, whether its operator may still read on. */
  authenticateAgain(request: Request): Promise<Operator>;
  /**
   * Begins a session with a token that a person typed in; `undefined` for a bad one. Failures are counted and
   * slowed down by address.
   */
  openSession(token: string, request: Request): Promise<Session | undefined>;
}

/** The cookie of a signed-in browser. */
export const SESSION_COOKIE = 'polyface_admin';

/** Failed attempts of one address (an IPv6 /64) in a minute before it has to wait. */
const FAILURES_PER_MINUTE = 10;

/** Creates the check for cookie, bearer token, bearer JWT and forwarded identity, in this order. */
export function createOperatorAuthenticator({
  settings,
  tokens,
  signIn,
  registry,
}: {
  readonly settings: AdminSettings['auth'];
  readonly tokens: AdminTokens;
  readonly signIn: SignIn;
  readonly registry: Registry;
}): OperatorAuthenticator {
  const failures = new Counter({
    name: 'polyface_admin_authentication_failures_total',
    help: 'Attempts to use the admin API with a credential that is not good.',
    labelNames: ['method'],
    registers: [registry],
  });
  const attempts = new RateLimiterMemory({ points: FAILURES_PER_MINUTE, duration: 60 });
  const checkJwt = settings.oidc && createJwtCheck(settings.oidc);
  const checkForwarded = settings.forwardAuth && createForwardedCheck(settings.forwardAuth);

  /**
   * Counts an admin token that is wrong, and slows down an address that sends many. Good tokens are never slowed
   * down, because behind a proxy all operators have one address.
   */
  async function countFailure(request: Request): Promise<void> {
    failures.inc({ method: 'token' });
    const so = await attempts.get(addressBlock(request));
    if (so && so.consumedPoints >= FAILURES_PER_MINUTE) {
      throw new AdminProblem(429, 'Too many failed attempts from this address.', {
        retryAfterSeconds: Math.ceil(so.msBeforeNext / 1000),
      });
    }
    await attempts.consume(addressBlock(request)).catch(() => {});
  }

  async function checkToken(token: string, request: Request) {
    const found = await tokens.authenticate(token);
    if (!found) await countFailure(request);
    return found && { operator: operatorOf(found.id, found.stored), ...found };
  }

  /** The operator of a session. It ends with the token that it was opened with, whichever gateway revokes that. */
  async function findSignedIn(sessionId: string): Promise<Operator | undefined> {
    const session = signIn.find(sessionId);
    if (!session?.token) return session?.operator;
    const stored = await tokens.find(session.token.id);
    if (stored) return operatorOf(session.token.id, stored);
    signIn.close(sessionId);
    return undefined;
  }

  async function authenticate(request: Request): Promise<Operator> {
    const session = cookieOf(request, SESSION_COOKIE);
    const signedIn = session === undefined ? undefined : await findSignedIn(session);
    if (signedIn) return signedIn;
    const [, bearer] = /^Bearer ([^\s]{1,8192})$/i.exec(request.headers.authorization ?? '') ?? [];
    if (bearer !== undefined) {
      const operator = bearer.startsWith('pfa_')
        ? (await checkToken(bearer, request))?.operator
        : await checkJwt?.(bearer);
      if (operator) return operator;
      // A signature cannot be guessed, so these are not slowed down. A client with an expired token expects 401.
      if (!bearer.startsWith('pfa_')) failures.inc({ method: 'oidc' });
      throw new AdminProblem(401, 'The credential is not good, or not any more.');
    }
    const forwarded = checkForwarded?.(request);
    if (forwarded) return forwarded;
    throw new AdminProblem(401, 'Sign in, or send an admin token as a bearer token.');
  }

  /** Each request is authenticated once: before its body is read, and for its route. */
  const known = new WeakMap<Request, Promise<Operator>>();
  return {
    authenticateAgain: authenticate,
    async openSession(token, request) {
      const found = await checkToken(token, request);
      return found && signIn.open(found.operator, { id: found.id, expiresAtMs: found.stored.expiresAtMs });
    },
    authenticate(request) {
      const operator = known.get(request) ?? authenticate(request);
      known.set(request, operator);
      return operator;
    },
  };
}

function operatorOf(tokenId: string, { role }: AdminToken): Operator {
  return { name: `token:${tokenId}`, role };
}

function createJwtCheck(oidc: NonNullable<AdminSettings['auth']['oidc']>) {
  const keys = createRemoteJWKSet(new URL(oidc.jwksUri), { timeoutDuration: 3_000 });
  return async (token: string): Promise<Operator | undefined> => {
    try {
      const payload = await verifyJwt(token, keys, {
        issuer: oidc.issuer,
        audience: oidc.audience,
        algorithms: [...oidc.algorithms],
        requiredClaims: ['exp', 'sub'],
        clockTolerance: 5,
      });
      const role = highestRole(wordsOf(payload[oidc.roleClaim]), oidc.roles);
      return role && { name: `oidc:${payload.sub ?? ''}`, role };
    } catch (cause) {
      if (cause instanceof joseErrors.JWKSTimeout || !(cause instanceof joseErrors.JOSEError))
        throw new AdminProblem(503, 'The keys of the OpenID provider cannot be fetched.', {
          retryAfterSeconds: 5,
        });
      return undefined;
    }
  };
}

function createForwardedCheck({
  proxies,
  userHeader,
  roleHeader,
  roles,
}: NonNullable<AdminSettings['auth']['forwardAuth']>) {
  const isTrustedProxy = readAddressRanges(proxies);
  return (request: Request): Operator | undefined => {
    if (!isTrustedProxy(request.socket.remoteAddress ?? '')) return undefined;
    const user = request.get(userHeader);
    const role = highestRole((request.get(roleHeader) ?? '').split(/[ ,]/), roles);
    return user && role ? { name: `proxy:${user.slice(0, 200)}`, role } : undefined;
  };
}

function wordsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((word): word is string => typeof word === 'string') : [];
}

function highestRole(
  words: readonly string[],
  roles: Readonly<Record<string, AdminRole>>,
): AdminRole | undefined {
  const held = words
    .map((word) => (Object.hasOwn(roles, word) ? roles[word] : undefined))
    .filter(isAdminRole);
  return ADMIN_ROLES.findLast((role) => held.includes(role));
}

/** The part of an address that one client controls: all of an IPv4 address, the /64 of an IPv6 address. */
function addressBlock(request: Request): string {
  return networkOf(request.socket.remoteAddress ?? 'none');
}

/** The value of a cookie, or `undefined`. */
export function cookieOf(request: Request, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
