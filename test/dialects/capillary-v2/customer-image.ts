import type { ImageView, ProfileImage } from '../../../src/domain/index.ts';
import { anImageView } from '../../support/dialects/subject.ts';

/** An image of the customer on the vendor's pages, whose two samples share one `fileHandle`. */
export function aCustomerImage(
  parts: Partial<Pick<ProfileImage, 'id' | 'slot' | 'version' | 'writtenAtMs'>> & {
    readonly bytes?: number;
    readonly url?: string;
  },
): ImageView {
  const { bytes = 18_039, url, ...image } = parts;
  const view = anImageView(url === undefined ? {} : { url });
  return {
    ...view,
    image: {
      ...view.image,
      handle: '01a24b35-f1fa-4dc3-bbce-ab9bc5094e2c',
      original: { ...view.image.original, bytes },
      ...image,
    },
  };
}
