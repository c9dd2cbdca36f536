import type { BackendAddress } from '../upstream/backend-address.ts';

const LOCATIONS: ReadonlySet<string> = new Set(['location', 'content-location']);

/**
 * Raw headers in which each address below the backend's base address is replaced by the same address at the
 * gateway. Otherwise a redirect of the backend would lead clients past the gateway.
 */
export function withPublicLocation(
  rawHeaders: readonly string[],
  address: BackendAddress,
  baseUrl: string,
): string[] {
  return rawHeaders.map((value, at) => {
    const name = rawHeaders[at - 1]?.toLowerCase() ?? '';
    return at % 2 === 1 && LOCATIONS.has(name) ? publicAddress(value, address, baseUrl) : value;
  });
}

function publicAddress(value: string, { origin, basePath }: BackendAddress, baseUrl: string): string {
  const isPath = value.startsWith('/') && !value.startsWith('//');
  if (isPath)
    return isBelow(value, basePath) ? publicPath(value.slice(basePath.length) || '/', baseUrl) : value;
  const url = URL.parse(value, value.startsWith('//') ? origin : undefined);
  if (!url) return value;
  const rest = `${url.pathname}${url.search}${url.hash}`;
  return url.origin === origin && isBelow(rest, basePath) ? baseUrl + rest.slice(basePath.length) : value;
}

/** A path at the gateway. `//a.example/` would lead to another host, so that it needs the gateway's in front. */
function publicPath(path: string, baseUrl: string): string {
  const isHere = URL.parse(path, baseUrl)?.host === new URL(baseUrl).host;
  return isHere ? path : baseUrl + path;
}

function isBelow(path: string, basePath: string): boolean {
  return path === basePath || path.startsWith(`${basePath}/`);
}
