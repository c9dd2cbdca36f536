import {
  type DialectSetting,
  defineDialect,
  defineOperation,
  type IntakePolicy,
  type Rendition,
} from '../../src/domain/index.ts';
import { type NativeOptions, optionsSchema } from './options.ts';
import { PEOPLE_OPERATIONS } from './people-operations.ts';
import { readImageUpload } from './read-image-upload.ts';
import { readPrecondition } from './read-precondition.ts';
import { renderProblem } from './render-problem.ts';
import { subjectInPath } from './subject-in-path.ts';
import { writeDeleted, writeImage, writeImageFacts } from './write-image.ts';

/** The gateway's own API: one picture per subject (slot 0) under one address, and the people themselves. */
export default defineDialect<NativeOptions>({
  name: 'native',
  title: 'Polyface: one image per subject, and people',
  optionsSchema,
  credentials: [{ kind: 'bearer' }],
  intake,
  rendition,
  rates: { limit: 1000, windowSeconds: 60, per: 'credential' },
  operations: {
    putImage: defineOperation({
      command: 'put-images',
      access: { kind: 'credential', scopes: ['images:write'] },
      body: 'pictures',
      subject: subjectInPath,
      read: readImageUpload,
      write: writeImageFacts,
      prints: ['id', 'version', 'writtenAtMs'],
    }),
    getImage: defineOperation({
      command: 'read-image',
      access: { kind: 'credential', scopes: ['images:read'] },
      body: 'none',
      subject: subjectInPath,
      read: (request) => ({ kind: 'read-image', subject: subjectInPath(request), slot: 0 }),
      write: writeImage,
      prints: ['id', 'writtenAtMs'],
    }),
    deleteImage: defineOperation({
      command: 'delete-images',
      access: { kind: 'credential', scopes: ['images:write'] },
      body: 'none',
      subject: subjectInPath,
      read: (request) => ({
        kind: 'delete-images',
        subject: subjectInPath(request),
        slots: [0],
        ...readPrecondition(request),
      }),
      write: writeDeleted,
    }),
    ...PEOPLE_OPERATIONS,
  },
  renderProblem,
});

function intake({ options }: DialectSetting<NativeOptions>): IntakePolicy {
  return {
    formats: ['jpeg', 'png', 'gif', 'webp', 'avif', 'heic'],
    minBytes: 1,
    maxBytes: options.maxBytes,
    maxFiles: 1,
    slots: 1,
    bodies: ['raw', 'multipart'],
    field: 'any',
    surplus: 'refuse',
    renders: 'at-upload',
    // A client that must not overwrite another's update sends If-Match.
    overlap: 'last-writer-wins',
  };
}

/** Upright and free of metadata. Size, format and animation stay as they were sent. */
function rendition({ options }: DialectSetting<NativeOptions>): Rendition {
  return {
    fit: 'inside',
    enlarge: false,
    format: 'same',
    background: '#ffffff',
    quality: options.quality,
    animated: true,
  };
}
