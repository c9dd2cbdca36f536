/**
 * Headers that concern one connection only (RFC 9110, 7.6.1), and `Expect`, which the gateway answers itself.
 */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/** Raw headers (names and values in turn) without those of the hop, named by `Connection` or by `without`. */
export function endToEnd(rawHeaders: readonly string[], without: readonly string[] = []): string[] {
  const dropped = new Set([...HOP_BY_HOP, ...without, ...connectionTokens(rawHeaders)]);
  return pairs(rawHeaders)
    .filter(([name]) => !dropped.has(name.toLowerCase()))
    .flat();
}

/** The names of raw headers, in lower case. */
export function headerNames(rawHeaders: readonly string[]): string[] {
  return pairs(rawHeaders).map(([name]) => name.toLowerCase());
}

/** Raw headers as pairs. */
function pairs(rawHeaders: readonly string[]): [name: string, value: string][] {
  const result: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    result.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  }
  return result;
}

/** Raw headers by lower-case name. Repeated ones are joined by `, `. */
export function joinHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const result = new Map<string, string>();
  for (const [name, value] of pairs(rawHeaders)) {
    const key = name.toLowerCase();
    const before = result.get(key);
    result.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(result);
}

function connectionTokens(rawHeaders: readonly string[]): string[] {
  return pairs(rawHeaders)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()));
}
