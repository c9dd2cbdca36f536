import type { Request, RequestHandler, Response } from 'express';
import { splitTarget } from '../routes/request-target.ts';
import type { RouteTable } from '../routes/route-table.ts';

/** How long a browser may keep a preflight's answer. */
const MAX_AGE_SECONDS = 600;

/** Headers of answers that scripts of other origins may read. */
const EXPOSED = 'ETag, Retry-After, X-Request-Id';

/**
 * Lets the pages of the named origins (`*`: all) call the dialects. Browsers send no credentials of their
 * own: the page's script sends the key. Without origins no header is added, and OPTIONS is a method like any
 * other.
 */
export function createCors(origins: readonly string[], routes: RouteTable): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    if (origins.length === 0 || origin === undefined) return next();
    response.vary('Origin');
    if (!origins.includes('*') && !origins.includes(origin)) return next();
    response.set('Access-Control-Allow-Origin', origins.includes('*') ? '*' : origin);
    response.set('Access-Control-Expose-Headers', EXPOSED);
    const asked = request.headers['access-control-request-method'];
    if (request.method !== 'OPTIONS' || asked === undefined) return next();
    preflight(request, response, routes, asked);
  };
}

function preflight(request: Request, response: Response, routes: RouteTable, asked: string): void {
  const match = routes.match(asked, splitTarget(request.url).path);
  const methods = match.kind === 'operation' ? [asked] : match.kind === 'wrong-method' ? match.allow : [];
  const headers = request.headers['access-control-request-headers'];
  response.vary('Access-Control-Request-Headers');
  if (methods.length > 0) response.set('Access-Control-Allow-Methods', methods.join(', '));
  if (headers !== undefined) response.set('Access-Control-Allow-Headers', headers);
  response.set('Access-Control-Max-Age', String(MAX_AGE_SECONDS));
  response.status(204).end();
}
