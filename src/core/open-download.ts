import {
  type CommandOf,
  type OutcomeOf,
  ProblemError,
  type ProfileImage,
  type StoredPicture,
} from '../domain/index.ts';
import type { CoreParts } from './core-parts.ts';
import { imagesOf } from './slots.ts';
import { readSubjectRecord } from './subject-records.ts';

/**
 * What a signed ticket leads to. The record is read anew each time: a picture that was replaced or deleted is gone although its
 * ticket is still good. Throws `forbidden` for a bad ticket, `image-not-found` for a picture that no longer stands.
 */
export async function openDownload(
  parts: CoreParts,
  command: CommandOf<'open-download'>,
): Promise<OutcomeOf<'open-download'>> {
  const target = parts.links.verify(command.ticket);
  const { record } = await readSubjectRecord(parts.records, target.subjectKey);
  const image = record && imagesOf(record).find(({ id }) => id === target.imageId);
  const picture = image && pictureNamed(image, target.rendition);
  if (!picture) throw new ProblemError({ kind: 'image-not-found' });
  return {
    kind: 'download-opened',
    picture,
    attachment: !image.decodable || picture.format === 'svg',
    modifiedAtMs: image.writtenAtMs,
  };
}

function pictureNamed(image: ProfileImage, rendition: string): StoredPicture | undefined {
  return rendition === 'original' ? image.original : image.renditions[rendition];
}
