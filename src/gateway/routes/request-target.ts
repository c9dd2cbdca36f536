/** A request target, split. */
export interface RequestTarget {
  /** As sent, without the query; always starts with `/`. */
  readonly path: string;
  /** Without its `?`. */
  readonly query: string;
}

/** Splits a request target. The absolute form that proxies use (`GET http://host/path`) counts as its path. */
export function splitTarget(target: string): RequestTarget {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const [beforeFragment = ''] = local.split('#', 1);
  const mark = beforeFragment.indexOf('?');
  const path = mark === -1 ? beforeFragment : beforeFragment.slice(0, mark);
  return {
    path: path.startsWith('/') ? path : `/${path}`,
    query: mark === -1 ? '' : beforeFragment.slice(mark + 1),
  };
}
