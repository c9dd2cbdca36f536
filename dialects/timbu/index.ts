import {
  type DialectSetting,
  defineDialect,
  defineOperation,
  type IntakePolicy,
  type Rendition,
} from '../../src/domain/index.ts';
import { optionsSchema, type TimbuOptions } from './options.ts';
import { readImageUpload } from './read-image-upload.ts';
import { readProfileImage } from './read-profile-image.ts';
import { redirectTrailingSlash } from './redirect-trailing-slash.ts';
import { renderProblem } from './render-problem.ts';
import { upstream } from './upstream.ts';
import { writeProfileImage } from './write-profile-image.ts';
import { writeUpdatedUser, writeUser } from './write-user.ts';

/** Timbu user image. One image per user, slot 0; the user is the bearer of the token. */
export default defineDialect<TimbuOptions>({
  name: 'timbu',
  title: 'Timbu: user image',
  optionsSchema,
  credentials: [{ kind: 'bearer', subjectClaim: 'user_id' }],
  intake,
  rendition,
  // The vendor documents no rate. This one only keeps a runaway client from starving the others.
  rates: { limit: 600, windowSeconds: 60, per: 'credential' },
  operations: {
    uploadUserImage: defineOperation({
      command: 'put-images',
      access: { kind: 'credential' },
      body: 'pictures',
      subject: () => ({ kind: 'caller' }),
      read: readImageUpload,
      write: writeUpdatedUser,
      links,
    }),
    getCurrentUser: defineOperation({
      command: 'read-subject',
      access: { kind: 'credential' },
      body: 'none',
      subject: () => ({ kind: 'caller' }),
      read: () => ({ kind: 'read-subject', subject: { kind: 'caller' }, images: true }),
      write: writeUser,
      links,
    }),
    getProfileImage: defineOperation({
      command: 'open-download',
      // The name is a signed ticket, so its holder may read the picture.
      access: { kind: 'public' },
      body: 'none',
      read: readProfileImage,
      write: writeProfileImage,
    }),
  },
  renderProblem,
  redirect: redirectTrailingSlash,
  // The vendor's framework ignores it.
  ignoresAccept: ({ profile }) => profile === 'observed',
  upstream,
});

function intake({ options }: DialectSetting<TimbuOptions>): IntakePolicy {
  return {
    formats: ['jpeg', 'png', 'gif', 'webp', 'avif', 'heic'],
    minBytes: 1,
    maxBytes: options.maxBytes,
    maxFiles: 1,
    slots: 1,
    bodies: ['multipart'],
    field: { name: 'file', ignoreCase: false },
    surplus: 'last-wins',
    renders: 'at-upload',
    overlap: 'last-writer-wins',
  };
}

function rendition({ options }: DialectSetting<TimbuOptions>): Rendition {
  return {
    fit: 'inside',
    box: { width: options.maxSide, height: options.maxSide },
    enlarge: false,
    format: 'same',
    background: '#ffffff',
    quality: options.quality,
    animated: true,
  };
}

function links({ options }: DialectSetting<TimbuOptions>): { readonly ttlSeconds: number } {
  return { ttlSeconds: options.linkTtlSeconds };
}
