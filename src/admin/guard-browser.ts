import type { RequestHandler } from 'express';
import { AdminProblem } from './admin-problem.ts';

/** The header that scripts of the console send with each change; no form and no foreign page can. */
export const CHANGE_HEADER = 'X-Polyface-Admin';

/**
 * Refuses requests that a foreign page could make a browser send. The host must be one under which the
 * console is known (DNS rebinding). An `Origin` must be the same host. Changes need a header that only
 * scripts of the same origin can set (CSRF).
 */
export function guardBrowser(hosts: () => readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const host = (request.headers.host ?? '').toLowerCase();
    if (!hosts().includes(host))
      throw new AdminProblem(421, 'The console is not known under this host name.');
    const { origin } = request.headers;
    if (origin !== undefined && hostOf(origin) !== host)
      throw new AdminProblem(403, 'The request comes from a page of another origin.');
    const changes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    const withCookie = request.headers.cookie !== undefined && request.headers.authorization === undefined;
    if (changes && withCookie && request.get(CHANGE_HEADER) === undefined)
      throw new AdminProblem(403, `A change needs the header ${CHANGE_HEADER}.`);
    next();
  };
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
