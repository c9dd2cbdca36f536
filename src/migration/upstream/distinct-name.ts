import { createHash } from 'node:crypto';
import { PICTURE_FORMATS, type Subject, type Upload } from '../../domain/index.ts';

/**
 * What most file systems take, in bytes: a server may store pictures under the name that they were sent with.
 */
const LONGEST_NAME = 255;

/**
 * The file name under which a picture is sent to a backend. It differs for each subject and picture, because
 * some servers store pictures under the name that they were sent with. The client's own name comes after it,
 * where there is room for it.
 */
export function distinctName({ fileName, sha256, declaredType }: Upload, { key }: Subject): string {
  const digest = createHash('sha256').update(`${key}\0${sha256}`).digest('hex').slice(0, 16);
  const name = `${digest}-${fileName}`;
  if (fileName !== undefined && Buffer.byteLength(name) <= LONGEST_NAME) return name;
  const format = Object.values(PICTURE_FORMATS).find(({ mediaType }) => mediaType === declaredType);
  return format ? `${digest}.${format.extension}` : digest;
}
