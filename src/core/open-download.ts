import {
  type CommandOf,
  isRenderedFormat,
  type OutcomeOf,
  ProblemError,
  type ProfileImage,
  type StoredPicture,
} from '../domain/index.ts';
import type { CoreParts } from './core-parts.ts';
import { imagesOf } from './slots.ts';
import { readSubjectRecord } from './subject-records.ts';

/**
 * Opens the picture of a signed ticket. The record is read each time, so a picture that was replaced or
 * deleted is gone although its ticket is still valid. Throws `forbidden` for a bad ticket, `image-not-found`
 * for a picture that no longer stands.
 */
export async function openDownload(
  parts: CoreParts,
  command: CommandOf<'open-download'>,
): Promise<OutcomeOf<'open-download'>> {
  const target = parts.links.verify(command.ticket);
  const image = await imageNamed(parts, target.subjectKey, target.imageId);
  const picture = image && pictureNamed(image, target.rendition);
  if (!picture) throw new ProblemError({ kind: 'image-not-found' });
  return {
    kind: 'download-opened',
    picture,
    attachment: !isRenderedFormat(picture.format),
    modifiedAtMs: image.writtenAtMs,
  };
}

/** The image, also where its person has since been merged into another one. */
async function imageNamed(
  parts: CoreParts,
  subjectKey: string,
  imageId: string,
): Promise<ProfileImage | undefined> {
  const { record } = await readSubjectRecord(parts.records, subjectKey);
  const image = record && imagesOf(record).find(({ id }) => id === imageId);
  if (image || record?.mergedInto === undefined) return image;
  return imageNamed(parts, record.mergedInto, imageId);
}

function pictureNamed(image: ProfileImage, rendition: string): StoredPicture | undefined {
  return rendition === 'original' ? image.original : image.renditions[rendition];
}
