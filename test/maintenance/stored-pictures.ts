import { createHash, randomBytes } from 'node:crypto';
import { bodyKey, recordKey } from '../../src/core/storage-keys.ts';
import { subjectKey } from '../../src/core/subject-key.ts';
import type { ProfileImage, StoredPicture, SubjectRecord } from '../../src/domain/index.ts';
import type { Store } from '../../src/store/store.ts';

/** Writes a subject with one picture straight into a store, as an upload would leave it. */
export async function storePicture(
  { objects, records }: Store,
  subjectId: string,
): Promise<{ readonly recordKey: string; readonly bodyKeys: readonly string[] }> {
  const subject = subjectKey('demo', subjectId);
  const id = randomBytes(16).toString('hex');
  const stored = async (name: string): Promise<StoredPicture> => {
    const bytes = randomBytes(2_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = bodyKey({ subjectKey: subject, imageId: id, rendition: name }, sha256);
    await objects.put(key, { kind: 'memory', bytes });
    return { key, bytes: bytes.byteLength, sha256, format: 'jpeg', width: 10, height: 10 };
  };
  const [original, small] = await Promise.all([stored('original'), stored('small')]);
  const image: ProfileImage = {
    id,
    slot: 0,
    version: 1,
    generation: 1,
    handle: id,
    writtenAtMs: 0,
    writtenThrough: 'test',
    transparent: false,
    original,
    renditions: { small },
  };
  const record: SubjectRecord = {
    schema: 1,
    tenant: 'demo',
    subjectId,
    generation: 1,
    slots: { 0: { kind: 'image', image } },
  };
  await records.swap(recordKey(subject), undefined, record);
  return { recordKey: recordKey(subject), bodyKeys: [original.key, small.key] };
}

/** Writes a body that no record names, as an upload leaves it that a crash cut off. */
export async function storeOrphan({ objects }: Store, subjectId: string): Promise<string> {
  const key = bodyKey(
    {
      subjectKey: subjectKey('demo', subjectId),
      imageId: randomBytes(16).toString('hex'),
      rendition: 'original',
    },
    '0'.repeat(64),
  );
  await objects.put(key, { kind: 'memory', bytes: randomBytes(100) });
  return key;
}
