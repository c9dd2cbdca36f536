import {
  type DialectSetting,
  defineDialect,
  defineOperation,
  type IntakePolicy,
  READABLE_FORMATS,
  type Rendition,
  type RequestContext,
} from '../../src/domain/index.ts';
import { customerInPath, customerLookedUp } from './customer-of-request.ts';
import { type CapillaryOptions, optionsSchema } from './options.ts';
import { readCustomer } from './read-customer.ts';
import { readImageAdd } from './read-image-add.ts';
import { readImageDelete } from './read-image-delete.ts';
import { readTokenRequest } from './read-token-request.ts';
import { renderProblem } from './render-problem.ts';
import { upstream } from './upstream.ts';
import { writeCustomer } from './write-customer.ts';
import { writeImageAdd } from './write-image-add.ts';
import { writeImageDelete } from './write-image-delete.ts';
import { writeToken } from './write-token.ts';

const readingCustomer = defineOperation<CapillaryOptions, 'read-subject'>({
  command: 'read-subject',
  access: { kind: 'credential' },
  body: 'none',
  subject: customerInPath,
  read: readCustomer,
  write: writeCustomer,
  prints: ['id', 'handle', 'version', 'writtenAtMs'],
  links: ({ options }) => ({ ttlSeconds: options.linkTtlSeconds }),
});

/** Capillary v2 customer images: up to five for each customer; slot 0 is the one that other dialects see. */
export default defineDialect<CapillaryOptions>({
  name: 'capillary-v2',
  title: 'Capillary v2: customer image',
  optionsSchema,
  credentials: [
    { kind: 'issued-token', header: 'x-cap-api-oauth-token' },
    { kind: 'basic', passwordDigest: 'md5-hex' },
  ],
  intake,
  rendition,
  // The vendor sets limits by contract; this one only keeps a runaway client from starving the others.
  rates: { limit: 3000, windowSeconds: 60, per: 'credential' },
  operations: {
    addCustomerImage: defineOperation({
      command: 'put-images',
      access: { kind: 'credential' },
      body: 'pictures',
      subject: customerInPath,
      read: (request) => readImageAdd(request, customerInPath),
      write: writeImageAdd,
      prints: ['id', 'handle', 'writtenAtMs'],
    }),
    addCustomerImageByIdentifier: defineOperation({
      command: 'put-images',
      access: { kind: 'credential' },
      body: 'pictures',
      subject: customerLookedUp,
      read: (request) => readImageAdd(request, customerLookedUp),
      write: writeImageAdd,
      prints: ['id', 'handle', 'writtenAtMs'],
    }),
    getCustomerImage: readingCustomer,
    getCustomer: readingCustomer,
    deleteCustomerImage: defineOperation({
      command: 'delete-images',
      access: { kind: 'credential' },
      body: 'none',
      subject: customerInPath,
      read: (request, { options }: RequestContext<CapillaryOptions>) =>
        readImageDelete(request, options.maxImages),
      write: writeImageDelete,
    }),
    generateToken: defineOperation({
      command: 'issue-token',
      access: { kind: 'public' },
      body: 'json',
      read: readTokenRequest,
      write: writeToken,
    }),
  },
  renderProblem,
  responseHeaders: ({ requestId }) => ({ 'X-CAP-REQUEST-ID': requestId, 'X-Cap-RequestID': requestId }),
  // wire/capillary-v2.md: iss exp jti iat sub client_id org_id token_use.
  tokenClaims: ({ options }, { key }) => ({ client_id: key, org_id: options.orgId, token_use: 'access' }),
  upstream,
});

function intake({ options }: DialectSetting<CapillaryOptions>): IntakePolicy {
  return {
    // "Regardless of file format": every image format that can be detected by its bytes.
    formats: READABLE_FORMATS,
    minBytes: options.minBytes,
    maxBytes: options.maxBytes,
    maxFiles: options.maxImages,
    slots: options.maxImages,
    bodies: ['multipart'],
    // The text of the vendor's page says FILE, but its samples send file.
    field: { name: 'FILE', ignoreCase: true },
    surplus: 'refuse',
    renders: 'at-first-read',
    overlap: 'last-writer-wins',
  };
}

function rendition({ options }: DialectSetting<CapillaryOptions>): Rendition {
  if (options.originals === 'exact') return 'original';
  return {
    fit: 'inside',
    enlarge: false,
    format: 'same',
    background: '#ffffff',
    quality: options.quality,
    animated: true,
  };
}
