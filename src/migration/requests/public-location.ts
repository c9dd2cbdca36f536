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
  if (!URL.canParse(value)) return withoutBasePath(value, basePath);
  const url = new URL(value);
  const rest = `${url.pathname}${url.search}${url.hash}`;
  return url.origin === origin && isBelow(rest, basePath) ? baseUrl + rest.slice(basePath.length) : value;
}

function withoutBasePath(value: string, basePath: string): string {
  return value.startsWith('/') && !value.startsWith('//') && isBelow(value, basePath)
    ? value.slice(basePath.length) || '/'
    : value;
}

function isBelow(path: string, basePath: string): boolean {
  return path === basePath || path.startsWith(`${basePath}/`);
}
