import { type JsonObject, type ProfileImage, uuidFrom } from '../../src/domain/index.ts';

/** Where an image belongs. */
export interface ImagePlace {
  readonly orgId: string;
  readonly userId: string;
}

/**
 * The `file` object. `fileSize` is the size of the uploaded bytes. On an add both versions are -1 (observed: 1).
 * On a read they count from 1.
 */
export function imageFile(image: ProfileImage, { orgId, userId }: ImagePlace, version: number): JsonObject {
  const name = `${orgId}/${userId}/${image.slot}`;
  return {
    acl: 'PRIVATE',
    fileSize: String(image.original.bytes),
    fileHandle: image.handle,
    lastModified: timestamp(image.writtenAtMs),
    latestVersion: version,
    name,
    namespace: 'customerImage',
    s3Token: `customerImage/${orgId}/${userId}/${uuidFrom(image.id)}`,
    version,
  };
}

/** `YYYY-MM-DD HH:mm:ss` in UTC. */
function timestamp(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}
