import {
  type DialectSetting,
  defineDialect,
  defineOperation,
  type IntakePolicy,
  type Rendition,
} from '../../src/domain/index.ts';
import { customerInPath } from './customer-of-request.ts';
import { deprecationHeaders } from './deprecation-headers.ts';
import { type MagiclineOptions, optionsSchema } from './options.ts';
import { readImageUpdate } from './read-image-update.ts';
import { renderProblem } from './render-problem.ts';
import { upstream } from './upstream.ts';
import { writeCustomer } from './write-customer.ts';
import { writeImageUrl } from './write-image-url.ts';

/** Customers API v1 with its deprecated image update. One image per customer, slot 0. */
export default defineDialect<MagiclineOptions>({
  name: 'magicline-v1',
  title: 'Customers API v1: deprecated PUT /images',
  optionsSchema,
  credentials: [{ kind: 'header-key', header: 'x-api-key' }],
  intake,
  rendition,
  // The vendor's documented limit: 1,000 requests a minute for each key and endpoint.
  rates: { limit: 1000, windowSeconds: 60, per: 'endpoint' },
  operations: {
    updateImage: defineOperation({
      command: 'put-images',
      access: { kind: 'credential', scopes: ['CUSTOMER_WRITE'] },
      body: 'pictures',
      subject: customerInPath,
      read: readImageUpdate,
      write: writeImageUrl,
      links,
    }),
    getCustomer: defineOperation({
      command: 'read-subject',
      access: { kind: 'credential' },
      body: 'none',
      subject: customerInPath,
      read: (request) => ({ kind: 'read-subject', subject: customerInPath(request), images: true }),
      write: writeCustomer,
      links,
    }),
    checkKey: defineOperation({
      command: 'check-credential',
      access: { kind: 'credential' },
      body: 'none',
      read: () => ({ kind: 'check-credential' }),
      write: () => ({ status: 200, headers: {}, body: { kind: 'none' } }),
    }),
  },
  renderProblem,
  responseHeaders: deprecationHeaders,
  upstream,
});

function intake({ options }: DialectSetting<MagiclineOptions>): IntakePolicy {
  return {
    formats: options.formats,
    minBytes: 1,
    maxBytes: options.maxBytes,
    maxFiles: 1,
    slots: 1,
    bodies: ['multipart'],
    field: { name: 'image', ignoreCase: false },
    surplus: 'refuse',
    renders: 'at-upload',
    // The page documents 409 "Concurrent modification detected".
    overlap: 'refuse',
  };
}

function rendition({ options }: DialectSetting<MagiclineOptions>): Rendition {
  return {
    fit: 'inside',
    box: { width: 1200, height: 1200 },
    enlarge: false,
    format: 'jpeg',
    background: '#ffffff',
    quality: options.quality,
    animated: false,
  };
}

function links({ options }: DialectSetting<MagiclineOptions>): { readonly ttlSeconds: number } {
  return { ttlSeconds: options.linkTtlSeconds };
}
