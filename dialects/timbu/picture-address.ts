import type { ImageView, WireProfile } from '../../src/domain/index.ts';
import { pictureName } from './picture-name.ts';

/** The vendor's "predefined bucket". */
const BUCKET = 'profileImages';

/**
 * What an answer prints for the picture; empty without one. Documented: an absolute signed address. Observed: `profileImages/<name>`,
 * which clients put behind `https://…/images/`; where the store serves downloads itself there is no such name, and the absolute
 * address stands in.
 */
export function pictureAddress(view: ImageView | undefined, profile: WireProfile): string {
  if (view?.ticket !== undefined && profile === 'observed') {
    return `${BUCKET}/${pictureName({ picture: view.picture, ticket: view.ticket })}`;
  }
  return view?.url ?? '';
}
