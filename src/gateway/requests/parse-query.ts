/** A query, decoded. */
export interface ParsedQuery {
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** The first key or value whose percent-escapes cannot be decoded. */
  readonly fault?: { readonly name: string; readonly value: string };
}

/**
 * Every value of every key, in order. `+` is a blank. Empty pieces (`a=1&&b=2`) are skipped. A key without
 * `=` has the empty value.
 */
export function parseQuery(query: string): ParsedQuery {
  const values = new Map<string, string[]>();
  let fault: ParsedQuery['fault'];
  for (const piece of query.split('&')) {
    if (piece === '') continue;
    const mark = piece.indexOf('=');
    const rawName = mark === -1 ? piece : piece.slice(0, mark);
    const rawValue = mark === -1 ? '' : piece.slice(mark + 1);
    const name = decode(rawName);
    const value = decode(rawValue);
    if (name === undefined || value === undefined) {
      fault ??= { name: name ?? rawName, value: rawValue };
      continue;
    }
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return { values: Object.fromEntries(values), ...(fault && { fault }) };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    if (cause instanceof URIError) return undefined;
    throw cause;
  }
}
