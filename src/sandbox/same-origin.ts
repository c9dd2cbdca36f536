import { isIP } from 'node:net';
import type { RequestHandler } from 'express';

/** Names that no public name server has. So no other site can make such a name of its own lead here. */
const PRIVATE_NAME = /^(?:[^.]+|.+\.(?:localhost|local|internal|test|home\.arpa))$/i;

/**
 * Accepts only the sandbox's own pages and programs other than browsers. Otherwise a page of another site
 * that a developer has open could read the inbox: directly (`Origin`, `Sec-Fetch-Site`), or through a name of
 * its own that leads here (`Host`).
 */
export const requireSameOrigin: RequestHandler = ({ headers, method }, response, next) => {
  const { host = '', origin } = headers;
  const site = headers['sec-fetch-site'];
  const isVisit = method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
  if (!isLocalHost(host)) {
    response
      .status(403)
      .json({ error: `Host: ${host} may belong to another site; use an IP address or a name without dots` });
  } else if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    response.status(403).json({ error: `Origin: ${origin} is another site than ${host}` });
  } else if (!isVisit && (site === 'cross-site' || site === 'same-site')) {
    response.status(403).json({ error: 'Sec-Fetch-Site: the request comes from a page of another site' });
  } else next();
};

function isLocalHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return isIP(name.replace(/^\[|\]$/g, '')) !== 0 || PRIVATE_NAME.test(name);
}
