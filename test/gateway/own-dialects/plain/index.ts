import {
  defineDialect,
  defineOperation,
  type IntakePolicy,
  type Json,
  type Problem,
  ProblemError,
  type Rendition,
  type WireRequestHead,
  type WireResponse,
} from '../../../../src/domain/index.ts';

/**
 * A small invented dialect: forms, a text header, JSON, a picture, its own download. It shows that `src` depends
 * on no dialect.
 */
interface PlainOptions {
  readonly maxBytes: number;
  readonly greeting: string;
}

const intake: IntakePolicy = {
  formats: ['jpeg', 'png', 'gif'],
  minBytes: 20,
  maxBytes: 200_000,
  maxFiles: 2,
  slots: 2,
  bodies: ['multipart'],
  field: { name: 'photo', ignoreCase: true },
  surplus: 'refuse',
  renders: 'at-upload',
  overlap: 'last-writer-wins',
};

const rendition: Rendition = {
  fit: 'inside',
  box: { width: 64, height: 64 },
  enlarge: false,
  format: 'same',
  background: '#ffffff',
  quality: 80,
  animated: false,
};

const STATUS: Partial<Record<Problem['kind'], number>> = {
  unauthenticated: 401,
  forbidden: 403,
  'subject-not-found': 404,
  'image-not-found': 404,
  'route-not-found': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  conflict: 409,
  'unsupported-media-type': 415,
  'rate-limited': 429,
  internal: 500,
  overloaded: 503,
};

const person = ({ params }: WireRequestHead) => ({ kind: 'alias', id: params.id ?? '' }) as const;

function json(value: Json, status = 200): WireResponse {
  return { status, headers: { 'Content-Type': 'application/json' }, body: { kind: 'json', value } };
}

export default defineDialect<PlainOptions>({
  name: 'plain',
  title: 'Plain',
  optionsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      maxBytes: { type: 'integer', default: 200_000 },
      greeting: { type: 'string', default: 'hello' },
    },
  },
  credentials: [{ kind: 'header-key', header: 'x-plain-key' }],
  intake: ({ options }) => ({ ...intake, maxBytes: options.maxBytes }),
  rendition: () => rendition,
  rates: { limit: 10_000, windowSeconds: 60, per: 'credential' },
  operations: {
    putPictures: defineOperation({
      command: 'put-images',
      access: { kind: 'credential', scopes: ['write'] },
      body: 'pictures',
      subject: person,
      read: (request) => ({
        kind: 'put-images',
        subject: person(request),
        images: request.uploads.map((upload, slot) => ({ slot, upload })),
      }),
      write: ({ images }) =>
        json(
          images.map(({ image, url }) => ({
            slot: image.slot,
            bytes: image.original.bytes,
            sha256: image.original.sha256,
            fileName: image.fileName,
            url,
          })),
        ),
      links: () => ({ ttlSeconds: 60 }),
    }),
    getPerson: defineOperation({
      command: 'read-subject',
      access: { kind: 'credential' },
      body: 'none',
      subject: person,
      read: (request) => ({ kind: 'read-subject', subject: person(request), images: true }),
      write: ({ subject, images }, { options }) =>
        json({
          id: subject.id,
          greeting: options.greeting,
          pictures: images.map(({ url }) => url ?? ''),
        }),
      links: () => ({ ttlSeconds: 60 }),
    }),
    getPicture: defineOperation({
      command: 'read-image',
      access: { kind: 'credential' },
      body: 'none',
      subject: person,
      read: (request) => ({
        kind: 'read-image',
        subject: person(request),
        slot: Number(request.query.slot?.[0] ?? 0),
      }),
      write: ({ view }) => ({
        status: 200,
        headers: {},
        body: {
          kind: 'picture',
          picture: view.picture,
          attachment: false,
          modifiedAtMs: view.image.writtenAtMs,
        },
      }),
    }),
    locate: defineOperation({
      command: 'locate-images',
      access: { kind: 'credential' },
      body: 'json',
      read: () => ({ kind: 'locate-images', requests: [] }),
      write: () => json({ found: 0 }),
    }),
    checkKey: defineOperation({
      command: 'check-credential',
      access: { kind: 'credential' },
      body: 'none',
      read: () => ({ kind: 'check-credential' }),
      write: () => ({ status: 200, headers: {}, body: { kind: 'none' } }),
    }),
    explode: defineOperation({
      command: 'check-credential',
      access: { kind: 'public' },
      body: 'none',
      read: ({ query }) => {
        if (query.problem) throw new ProblemError({ kind: 'conflict', reason: 'overlap' });
        throw new Error('the secret cause');
      },
      write: () => json({}),
    }),
    misdescribed: defineOperation({
      command: 'check-credential',
      access: { kind: 'public' },
      body: 'none',
      read: () => ({ kind: 'check-credential' }),
      write: () => json({ wrong: 'shape' }),
    }),
  },
  renderProblem: (problem) => ({
    ...json(
      {
        plain: problem.kind,
        ...('name' in problem && { name: problem.name }),
        ...('reason' in problem && { reason: problem.reason }),
        ...('sentAsText' in problem && { sentAsText: true }),
      },
      STATUS[problem.kind] ?? 400,
    ),
    headers: {
      'Content-Type': 'application/json',
      ...(problem.kind === 'method-not-allowed' && { Allow: problem.allow.join(', ') }),
    },
  }),
  responseHeaders: ({ requestId }) => ({ 'X-Plain-Request': requestId }),
});
