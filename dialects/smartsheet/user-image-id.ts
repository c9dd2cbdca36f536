import type { Subject } from '../../src/domain/index.ts';

/**
 * The target of an imageId: a subject's key (32 hex digits) and the first 16 hex digits of the image's own
 * id.
 */
export interface ImageAddress {
  readonly subjectKey: string;
  readonly imageIdPrefix: string;
}

const IMAGE_ID = /^u!1!([A-Za-z0-9_-]{11})!([A-Za-z0-9_-]{11})!([A-Za-z0-9_-]{11})$/;

/**
 * `u!1!…!…!…`: three groups of eight bytes each as base64url. The first two are the subject's key, the third
 * the beginning of the image's id, so that the picture is found from the imageId alone and each new picture
 * has a new one.
 */
export function userImageId(subject: Pick<Subject, 'key'>, image: { readonly id: string }): string {
  const groups = [subject.key.slice(0, 16), subject.key.slice(16, 32), image.id.slice(0, 16)];
  return `u!1!${groups.map((hex) => Buffer.from(hex, 'hex').toString('base64url')).join('!')}`;
}

/** The way back; `undefined` for anything that `userImageId` never makes. */
export function parseUserImageId(imageId: string): ImageAddress | undefined {
  const [, first, second, third] = IMAGE_ID.exec(imageId) ?? [];
  if (first === undefined || second === undefined || third === undefined) return undefined;
  const address = { subjectKey: hexOf(first) + hexOf(second), imageIdPrefix: hexOf(third) };
  // Eleven characters carry two bits more than eight bytes: only one spelling of each id counts.
  return userImageId({ key: address.subjectKey }, { id: address.imageIdPrefix }) === imageId
    ? address
    : undefined;
}

function hexOf(group: string): string {
  return Buffer.from(group, 'base64url').toString('hex');
}
