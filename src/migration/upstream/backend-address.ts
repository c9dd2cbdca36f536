/** Where a backend is, and from where else its pictures may be fetched. */
export interface BackendAddress {
  readonly origin: string;
  /** The base path, without a slash at its end. */
  readonly basePath: string;
  readonly pictureOrigins: ReadonlySet<string>;
}

/** The address in the settings, the only one that is ever called. */
export function backendAddress(baseUrl: string, pictureOrigins: readonly string[]): BackendAddress {
  const { origin, pathname } = new URL(baseUrl);
  return {
    origin,
    basePath: pathname.replace(/\/+$/, ''),
    pictureOrigins: new Set([origin, ...pictureOrigins.map((one) => new URL(one).origin)]),
  };
}

/** Path and query below the backend's base address. */
export function targetBelow({ basePath }: BackendAddress, target: string): string {
  return `${basePath}${target}`;
}

/** Where a picture that the backend named may be fetched; `undefined` for any address that the settings do not name. */
export function pictureAddress(address: BackendAddress, url: string): URL | undefined {
  const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(url);
  const base = `${address.origin}${address.basePath}`;
  const text = isAbsolute ? url : `${base}${url.startsWith('/') ? '' : '/'}${url}`;
  if (!URL.canParse(text)) return undefined;
  const found = new URL(text);
  return address.pictureOrigins.has(found.origin) ? found : undefined;
}
