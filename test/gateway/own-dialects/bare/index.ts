import { defineDialect, defineOperation, type WireRequestHead } from '../../../../src/domain/index.ts';
import plain from '../plain/index.ts';

const person = ({ params }: WireRequestHead) => ({ kind: 'alias', id: params.id ?? '' }) as const;

/** A dialect whose bodies are the file itself, or a form with one file under any name. */
export default defineDialect<object>({
  ...plain,
  name: 'bare',
  title: 'Bare',
  optionsSchema: { type: 'object' },
  credentials: [{ kind: 'bearer' }],
  intake: () => ({
    formats: ['jpeg', 'png', 'gif'],
    minBytes: 1,
    maxBytes: 200_000,
    maxFiles: 1,
    slots: 1,
    bodies: ['raw', 'multipart'],
    field: 'any',
    surplus: 'refuse',
    renders: 'at-upload',
    overlap: 'last-writer-wins',
  }),
  rendition: () => 'original',
  operations: {
    putPicture: defineOperation({
      command: 'put-images',
      access: { kind: 'credential', scopesForOthers: ['admin'] },
      body: 'pictures',
      subject: person,
      read: (request) => ({
        kind: 'put-images',
        subject: person(request),
        images: request.uploads.map((upload) => ({ slot: 0, upload })),
      }),
      write: ({ images }) => ({
        status: 200,
        headers: { 'Content-Type': 'application/json' },
        body: {
          kind: 'json',
          value: images.map(({ image }) => ({ bytes: image.original.bytes, fileName: image.fileName })),
        },
      }),
    }),
  },
  renderProblem: (problem) => ({
    status:
      problem.kind === 'file-too-large'
        ? 413
        : problem.kind === 'route-not-found'
          ? 404
          : problem.kind === 'unauthenticated'
            ? 401
            : problem.kind === 'forbidden'
              ? 403
              : 400,
    headers: { 'Content-Type': 'application/json' },
    body: { kind: 'json', value: { bare: problem.kind } },
  }),
  responseHeaders: () => ({}),
});
