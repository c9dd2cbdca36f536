/** A request target, split. */
export interface RequestTarget {
  /** As sent, without the query; always starts with `/`. */
  readonly path: string;
  /** Without its `?`. */
  readonly query: string;
}

/** Splits a request target. The absolute form that proxies use (`GET http://host/path`) counts as its path. */
export function splitTarget(target: string): RequestTarget {
  const local = originForm(target);
  const mark = local.indexOf('?');
  return {
    path: mark === -1 ? local : local.slice(0, mark),
    query: mark === -1 ? '' : local.slice(mark + 1),
  };
}

/**
 * The path and query of a request target as sent, without scheme, authority and fragment, which some clients
 * add.
 */
export function originForm(target: string): string {
  const [local = ''] = target.replace(/^https?:\/\/[^/?#]*/i, '').split('#', 1);
  return local.startsWith('/') ? local : `/${local}`;
}
