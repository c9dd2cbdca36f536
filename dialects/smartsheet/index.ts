import {
  type CommandOf,
  type DialectSetting,
  defineDialect,
  defineOperation,
  type IntakePolicy,
  type Rendition,
  type RequestContext,
  type WireRequest,
} from '../../src/domain/index.ts';
import { optionsSchema, type SmartsheetOptions } from './options.ts';
import { profileOfClient } from './profile-of-client.ts';
import { readImageUrls } from './read-image-urls.ts';
import { readProfileImageUpload } from './read-profile-image-upload.ts';
import { renderProblem } from './render-problem.ts';
import { upstream } from './upstream.ts';
import { currentUser, userInPath } from './user-of-request.ts';
import { writeImageUrls } from './write-image-urls.ts';
import { writeUpdatedUser, writeUser } from './write-user.ts';

/** The vendor's limit where an organisation has defined no size of its own, in pixels. */
const STANDARD_SIDE = 1050;

/** Smartsheet API 2.0 user profile image. One image per user, slot 0. */
export default defineDialect<SmartsheetOptions>({
  name: 'smartsheet',
  title: 'Smartsheet API 2.0: user profile image',
  optionsSchema,
  credentials: [{ kind: 'bearer' }],
  intake,
  rendition,
  rates: {
    limit: 300,
    windowSeconds: 60,
    per: 'credential',
    weights: { updateUserProfileImage: 10 },
  },
  operations: {
    updateUserProfileImage: defineOperation({
      command: 'put-images',
      access: { kind: 'credential', scopes: ['WRITE_SHEETS'], scopesForOthers: ['ADMIN_USERS'] },
      body: 'pictures',
      subject: userInPath,
      read: readProfileImageUpload,
      write: writeUpdatedUser,
      prints: ['id'],
    }),
    getCurrentUser: defineOperation({
      command: 'read-subject',
      access: { kind: 'credential', scopesForOthers: ['READ_USERS'] },
      body: 'none',
      subject: currentUser,
      read: createUserReader(currentUser),
      write: writeUser,
      prints: ['id'],
    }),
    getUser: defineOperation({
      command: 'read-subject',
      access: { kind: 'credential', scopesForOthers: ['READ_USERS'] },
      body: 'none',
      subject: userInPath,
      read: createUserReader(userInPath),
      write: writeUser,
      prints: ['id'],
    }),
    listImageUrls: defineOperation({
      command: 'locate-images',
      access: { kind: 'credential' },
      body: 'json',
      read: readImageUrls,
      write: writeImageUrls,
      links: ({ options }: DialectSetting<SmartsheetOptions>) => ({ ttlSeconds: options.linkTtlSeconds }),
    }),
  },
  renderProblem,
  profileOfClient,
  upstream,
});

function intake({ options }: DialectSetting<SmartsheetOptions>): IntakePolicy {
  return {
    formats: options.formats,
    minBytes: 1,
    maxBytes: options.maxBytes,
    maxFiles: 1,
    slots: 1,
    bodies: ['raw', 'multipart'],
    field: 'any',
    surplus: 'refuse',
    renders: 'at-upload',
    overlap: 'last-writer-wins',
  };
}

function rendition({ options, profile }: DialectSetting<SmartsheetOptions>): Rendition {
  const side = options.customSize ?? STANDARD_SIDE;
  return {
    fit: 'pad',
    box: { width: side, height: side },
    // The vendor's own live integration tests expect 1050 × 1050 for a smaller upload, although its page
    // says that it is not enlarged.
    enlarge: profile === 'observed',
    format: 'jpeg-unless-transparent',
    background: options.background,
    quality: options.quality,
    animated: false,
  };
}

function createUserReader(findUser: typeof userInPath) {
  return (request: WireRequest, context: RequestContext<SmartsheetOptions>): CommandOf<'read-subject'> => ({
    kind: 'read-subject',
    subject: findUser(request, context),
    images: true,
  });
}
