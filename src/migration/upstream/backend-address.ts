import { ProblemError } from '../../domain/index.ts';

/** The address of a backend, and other addresses from which its pictures may be fetched. */
export interface BackendAddress {
  readonly origin: string;
  /** The base path, without a slash at its end. */
  readonly basePath: string;
  readonly pictureOrigins: ReadonlySet<string>;
}

/** The address in the settings. The gateway calls no other one, except for pictures at `pictureOrigins`. */
export function backendAddress(baseUrl: string, pictureOrigins: readonly string[]): BackendAddress {
  const { origin, pathname } = new URL(baseUrl);
  return {
    origin,
    basePath: pathname.replace(/(?<!\/)\/+$/, ''),
    pictureOrigins: new Set([origin, ...pictureOrigins.map((one) => new URL(one).origin)]),
  };
}

/**
 * Path and query below the backend's base address. Throws `ProblemError` `invalid-parameter` for a path that
 * some servers would resolve to a place above it.
 */
export function targetBelow({ basePath }: BackendAddress, target: string): string {
  if (!target.startsWith('/') || hasDotSegment(target.split(/[?#]/, 1)[0] ?? '')) {
    throw new ProblemError({ kind: 'invalid-parameter', location: 'path', name: 'path' });
  }
  return `${basePath}${target.split('#', 1)[0]}`;
}

/** Whether a segment is `.` or `..`, however dots and separators are written. */
function hasDotSegment(path: string): boolean {
  const plain = path.replace(/%2e/gi, '.').replace(/%2f|%5c|\\/gi, '/');
  // Servlet containers cut parameters off a segment before they resolve it: `..;a=b`.
  return plain.split('/').some((segment) => ['.', '..'].includes(segment.split(';', 1)[0] ?? ''));
}

/**
 * The address of a picture that the backend named; `undefined` for any address that the settings do not
 * allow.
 */
export function pictureAddress(address: BackendAddress, url: string): URL | undefined {
  const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(url);
  const base = `${address.origin}${address.basePath}`;
  const text = isAbsolute ? url : `${base}${url.startsWith('/') ? '' : '/'}${url}`;
  if (!URL.canParse(text)) return undefined;
  const found = new URL(text);
  return address.pictureOrigins.has(found.origin) ? found : undefined;
}
