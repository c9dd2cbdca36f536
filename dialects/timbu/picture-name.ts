import { type ImageView, PICTURE_FORMATS } from '../../src/domain/index.ts';

/** Pictures are named by their signed ticket, so that a relative address is as short-lived as an absolute one. */
export function pictureName(view: Pick<ImageView, 'picture'> & { readonly ticket: string }): string {
  return `${view.ticket}.${PICTURE_FORMATS[view.picture.format].extension}`;
}

const EXTENSIONS: ReadonlySet<string> = new Set(
  Object.values(PICTURE_FORMATS).map(({ extension }) => extension),
);

/** The ticket in a picture's name; `undefined` where the name is none of ours. */
export function ticketIn(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  return dot > 0 && EXTENSIONS.has(name.slice(dot + 1)) ? name.slice(0, dot) : undefined;
}
