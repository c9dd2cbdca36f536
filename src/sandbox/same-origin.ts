import { isIP } from 'node:net';
import type { Request, RequestHandler } from 'express';

/** Names that no public name server has. So no other site can make such a name of its own lead here. */
const PRIVATE_NAME = /^(?:[^.]+|.+\.(?:localhost|local|internal|test|home\.arpa))$/i;

/**
 * Accepts only the sandbox's own pages and programs other than browsers. Otherwise a page of another site
 * that a developer has open could read the inbox: directly (`Origin`, `Sec-Fetch-Site`), or through a name of
 * its own that leads here (`Host`).
 */
export const requireSameOrigin: RequestHandler = (request, response, next) => {
  const { headers, method } = request;
  const { host = '', origin } = headers;
  const isVisit = method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
  if (!isLocalHost(host)) {
    response
      .status(403)
      .json({ error: `Host: ${host} may belong to another site; use an IP address or a name without dots` });
  } else if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    response.status(403).json({ error: `Origin: ${origin} is another site than ${host}` });
  } else if (!isVisit && isFromOtherSite(request)) {
    response.status(403).json({ error: 'Sec-Fetch-Site: the request comes from a page of another site' });
  } else next();
};

/** Whether a browser says that a page of another site sends the request, or leads to it. */
export function isFromOtherSite({ headers }: Pick<Request, 'headers'>): boolean {
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

function isLocalHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || PRIVATE_NAME.test(name);
}
