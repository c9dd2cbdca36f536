/** Headers that browsers, caches and proxies act upon. A client notices when they change with the server. */
const COMPARED =
  /^(access-control-[a-z-]+|cross-origin-[a-z-]+|cache-control|content-security-policy|expires|etag|last-modified|permissions-policy|pragma|referrer-policy|strict-transport-security|timing-allow-origin|vary|x-content-type-options|x-frame-options)$/;

/** Of these headers only the presence counts: their values belong to one server and one moment. */
const PRESENCE_ALONE: ReadonlySet<string> = new Set(['etag', 'expires', 'last-modified']);

const NOT_KEPT = 'no-store';

/** The compared headers that differ, as `header:<name>`. The order and case of lists do not matter. */
export function differingHeaders(
  theirs: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].sort();
  return (
    names
      .filter((name) => COMPARED.test(name) && meaningOf(name, theirs[name]) !== meaningOf(name, ours[name]))
      // A client does not notice that Polyface forbids to keep what the backend says nothing of.
      .filter((name) => theirs[name] !== undefined || meaningOf(name, ours[name]) !== NOT_KEPT)
      .map((name) => `header:${name}`)
  );
}

function meaningOf(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (PRESENCE_ALONE.has(name)) return '';
  const members = value
    .toLowerCase()
    .split(',')
    .map((member) => member.trim());
  // Whatever else it says of caches, none may keep the answer.
  if (name === 'cache-control' && members.includes('no-store')) return NOT_KEPT;
  return members.sort().join();
}
