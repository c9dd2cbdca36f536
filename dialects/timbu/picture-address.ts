import type { ImageView, WireProfile } from '../../src/domain/index.ts';
import { pictureName } from './picture-name.ts';

/** The vendor's "predefined bucket". */
const BUCKET = 'profileImages';

/**
 * The address of the picture in an answer; empty without a picture. Documented: an absolute signed address.
 * Observed: `profileImages/<name>`, which clients append to `https://…/images/`. Where the store serves
 * downloads itself, there is no such name, and the absolute address is used.
 */
export function pictureAddress(view: ImageView | undefined, profile: WireProfile): string {
  if (view?.ticket !== undefined && profile === 'observed') {
    return `${BUCKET}/${pictureName({ picture: view.picture, ticket: view.ticket })}`;
  }
  return view?.url ?? '';
}
