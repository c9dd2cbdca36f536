import { readSubjectRecord } from '../../core/subject-records.ts';
import {
  type CommandOf,
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
import { compareMeaning } from '../parity/compare-meaning.ts';
import { compareWire } from '../parity/compare-wire.ts';
import type { LevelVerdicts } from '../parity/verdict.ts';
import type { HttpBackend } from '../upstream/http-backend.ts';
import type { WholeAnswer } from '../upstream/read-answer.ts';
import type { ShadowSubject } from './shadow-subject.ts';
import { shadowKey } from './shadow-subjects.ts';

/** Compares the backend's answer with the gateway's own on all four levels. */
export type CompareExchange = (exchange: {
  readonly subject: ShadowSubject;
  readonly theirs: WholeAnswer;
  readonly ours: WholeAnswer;
  readonly noise: ReadonlySet<string>;
}) => Promise<{ readonly levels: LevelVerdicts; readonly paths: readonly string[] }>;

/** See `CompareExchange`; pictures are looked at where the two answers agree on what there is. */
export function createCompareExchange(parts: {
  readonly dialect: string;
  readonly rendition: Rendition;
  readonly backend: HttpBackend;
  readonly comparer: PictureComparer;
  readonly records: RecordStore;
  readonly objects: ObjectStore;
  readonly spool: Spool;
}): CompareExchange {
  return async ({ subject, theirs, ours, noise }) => {
    const command = commandOf(subject);
    const paths = compareWire(theirs, ours, noise);
    const there = parts.backend.meaningOf(command, theirs);
    const meaning = compareMeaning(there, parts.backend.meaningOf(command, ours));
    const wire = paths.length === 0 ? 'same' : 'differs';
    if (meaning !== 'same' || there.kind !== 'done') return { levels: { wire, meaning }, paths };
    const pictures = await comparePictures(there.images, subject.subject);
    return { levels: { wire, meaning, ...pictures }, paths };
  };

  async function comparePictures(
    images: readonly UpstreamImage[],
    subject: Subject,
  ): Promise<Pick<LevelVerdicts, 'bytes' | 'picture'>> {
    let result: Pick<LevelVerdicts, 'bytes' | 'picture'> = {};
    for (const image of images) {
      const one = await comparePicture(image, subject);
      if (!one) continue;
      result = {
        bytes: result.bytes === 'differs' ? 'differs' : one.bytes,
        ...(one.picture || result.picture
          ? { picture: result.picture === 'differs' ? 'differs' : (one.picture ?? 'same') }
          : {}),
      };
    }
    return result;
  }

  async function comparePicture(
    image: UpstreamImage,
    subject: Subject,
  ): Promise<{ bytes: 'same' | 'differs'; picture?: 'same' | 'differs' } | undefined> {
    const ours = await ownPicture(subject, image.slot);
    const fetched = ours && (await parts.backend.fetch(image, subject));
    if (!ours || !fetched) return undefined;
    try {
      if (fetched.upload.sha256 === ours.sha256) return { bytes: 'same', picture: 'same' };
      const body = await parts.objects.get(ours.key);
      if (!body) return undefined;
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

function commandOf({ command, subject }: ShadowSubject): CommandOf<ShadowSubject['command']> {
  const reference = { kind: 'key', key: subject.key } as const;
  switch (command) {
    case 'put-images':
      return { kind: command, subject: reference, images: [] };
    case 'delete-images':
      return { kind: command, subject: reference, slots: [0] };
    case 'read-subject':
      return { kind: command, subject: reference, images: true };
  }
}
