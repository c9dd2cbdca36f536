import type { ImageView, StoredPicture, Subject, Upload } from '../../../src/domain/index.ts';

/** A person of the demo tenant. */
export function aSubject(parts: Partial<Subject> = {}): Subject {
  return {
    key: '9c0b5d9f944907fa93afdeff7876477c',
    tenant: 'demo',
    id: 'jane',
    aliases: {},
    profile: {},
    ...parts,
  };
}

/** The picture of a slot as a reader sees it. */
export function anImageView(parts: {
  readonly id?: string;
  readonly picture?: Partial<StoredPicture>;
  readonly url?: string;
  readonly ticket?: string;
}): ImageView {
  const id = parts.id ?? 'c266173de93ec950000102030405060f';
  const picture: StoredPicture = {
    key: `bodies/9c0b5d9f944907fa93afdeff7876477c/${id}/original`,
    bytes: 48_213,
    sha256: '0'.repeat(64),
    format: 'jpeg',
    width: 1050,
    height: 1050,
    ...parts.picture,
  };
  return {
    image: {
      id,
      slot: 0,
      version: 1,
      generation: 1,
      handle: '7d0f7c0e-6f0a-4c58-9d3c-6a9f0e9b1c2d',
      writtenAtMs: Date.UTC(2026, 10, 21, 11),
      writtenThrough: 'test',
      transparent: false,
      original: picture,
      renditions: {},
    },
    picture,
    ...(parts.url !== undefined && { url: parts.url }),
    ...(parts.ticket !== undefined && { ticket: parts.ticket }),
  };
}

/** A received file whose content does not matter. */
export function anUpload(parts: Partial<Upload> = {}): Upload {
  const bytes = new TextEncoder().encode('not looked at');
  return {
    bytes: bytes.byteLength,
    sha256: '0'.repeat(64),
    source: { kind: 'memory', bytes },
    ...parts,
  };
}
