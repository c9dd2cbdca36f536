import { readSubjectRecord } from '../../core/subject-records.ts';
import {
  type ObjectStore,
  type PictureComparer,
  type RecordStore,
  type Rendition,
  renditionName,
  type Spool,
  type StoredPicture,
  type Subject,
  type UpstreamImage,
} from '../../domain/index.ts';
import type { NotComparedReason } from '../parity/parity-tally.ts';
import type { LevelVerdicts } from '../parity/verdict.ts';
import type { HttpBackend } from '../upstream/http-backend.ts';
import { shadowKey } from './shadow-key.ts';

/** The two levels on which pictures are compared. */
export type PictureLevels = Pick<LevelVerdicts, 'bytes' | 'picture'>;

/** How the pictures compare, and the reason why one of them was not looked at. */
export interface ComparedPictures {
  readonly levels: PictureLevels;
  readonly notSeen?: NotComparedReason;
}

/**
 * Compares the pictures that a backend named with those of the shadow subject, as readers of the clients'
 * dialect get them.
 */
export type CompareHeldPictures = (
  images: readonly UpstreamImage[],
  subject: Subject,
) => Promise<ComparedPictures>;

/** See `CompareHeldPictures`. */
export function createCompareHeldPictures(parts: {
  readonly dialect: string;
  readonly rendition: Rendition;
  readonly backend: Pick<HttpBackend, 'fetch'>;
  readonly comparer: PictureComparer;
  readonly records: RecordStore;
  readonly objects: ObjectStore;
  readonly spool: Spool;
}): CompareHeldPictures {
  return async (images, subject) => {
    let result: PictureLevels = {};
    let notSeen: NotComparedReason | undefined;
    for (const image of images) {
      const one = await comparePicture(image, subject);
      if (typeof one === 'string') {
        notSeen ??= one;
        continue;
      }
      result = {
        bytes: result.bytes === 'differs' ? 'differs' : one.bytes,
        ...(one.picture || result.picture
          ? { picture: result.picture === 'differs' ? 'differs' : (one.picture ?? 'same') }
          : {}),
      };
    }
    return { levels: result, ...(notSeen === undefined ? {} : { notSeen }) };
  };

  async function comparePicture(
    image: UpstreamImage,
    subject: Subject,
  ): Promise<{ bytes: 'same' | 'differs'; picture?: 'same' | 'differs' } | NotComparedReason> {
    const ours = await ownPicture(subject, image.slot);
    const fetched = ours && (await parts.backend.fetch(image, subject));
    if (!ours) return 'picture: not held here';
    if (!fetched) return 'picture: not given by the backend';
    try {
      if (fetched.upload.sha256 === ours.sha256) return { bytes: 'same', picture: 'same' };
      const body = await parts.objects.get(ours.key);
      if (!body) return 'picture: body gone here';
      const held = await parts.spool.hold(body.stream, body.totalBytes);
      try {
        const comparison = await parts.comparer.compare(held.source, fetched.upload.source);
        if (!comparison) return { bytes: 'differs' };
        return { bytes: 'differs', picture: comparison.same ? 'same' : 'differs' };
      } finally {
        await held.release();
      }
    } finally {
      await fetched.release();
    }
  }

  async function ownPicture(subject: Subject, slot: number): Promise<StoredPicture | undefined> {
    const { record } = await readSubjectRecord(parts.records, shadowKey(parts.dialect, subject.key));
    const state = record?.slots[slot];
    if (state?.kind !== 'image') return undefined;
    return parts.rendition === 'original'
      ? state.image.original
      : state.image.renditions[renditionName(parts.rendition)];
  }
}
