/**
 * Whether an Accept header (RFC 9110, 12.5.1) allows one of the media types, which may be ranges themselves
 * (`image/*`). Everything is allowed without a header, without types, and by a header that names no media
 * range.
 */
export function isAcceptable(accept: string | undefined, types: readonly string[]): boolean {
  if (accept === undefined || types.length === 0) return true;
  const ranges = accept.split(',').flatMap(mediaRange);
  if (ranges.length === 0) return true;
  return types.some((type) => ranges.some((range) => range.wanted && overlap(range, splitType(type))));
}

interface MediaType {
  readonly type: string;
  readonly subtype: string;
}

function mediaRange(text: string): (MediaType & { readonly wanted: boolean })[] {
  const [range = '', ...parameters] = text.split(';').map((piece) => piece.trim().toLowerCase());
  if (!/^[^\s/]+\/[^\s/]+$/.test(range)) return [];
  return [{ ...splitType(range), wanted: !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) }];
}

function splitType(text: string): MediaType {
  const [type = '', subtype = ''] = (text.split(';')[0] ?? '').trim().toLowerCase().split('/');
  return { type, subtype };
}

function overlap(a: MediaType, b: MediaType): boolean {
  return isSame(a.type, b.type) && isSame(a.subtype, b.subtype);
}

function isSame(a: string, b: string): boolean {
  return a === '*' || b === '*' || a === b;
}
