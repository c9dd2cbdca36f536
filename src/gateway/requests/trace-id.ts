/**
 * The trace id of a W3C `traceparent` header (32 hex digits, not all zero); `undefined` for anything else.
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  const found = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/.exec(traceparent ?? '');
  const id = found?.[1];
  return id === undefined || /^0+$/.test(id) ? undefined : id;
}
