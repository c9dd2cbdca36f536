import { pipeline } from 'node:stream/promises';
import { type Request, type Response, Router } from 'express';
import { readSubjectRecord } from '../../core/subject-records.ts';
import {
  byteLength,
  mediaTypeOf,
  PICTURE_FORMATS,
  type PictureFormat,
  ProblemError,
  type StoredPicture,
  type Subject,
  type Upload,
} from '../../domain/index.ts';
import type { OperatedBackend } from '../../migration/operate/operated-backend.ts';
import { readBackendPictures } from '../../migration/replicas/copy-subject.ts';
import { shadowKey } from '../../migration/shadow/shadow-key.ts';
import { bytesOf } from '../../migration/upstream/encode-body.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { operatedOf } from './migration-routes.ts';
import { forRole, runAudited } from './route.ts';

const ANY_FORMAT = Object.keys(PICTURE_FORMATS) as readonly PictureFormat[];

/** The backend's current pictures of a person and the ones kept here, side by side. */
export function createPicturePairRoutes(parts: AdminParts): Router {
  const router = Router();

  router.get(
    '/migrations/:tenant/:dialect/people/:key/pictures',
    forRole(parts, 'read', async ({ request }) => {
      const { operated, subject } = await subjectOf(parts, request);
      const here = await picturesHere(operated, subject);
      const there = await withBackendPictures(operated, subject, (pictures) =>
        Promise.all(
          pictures.map(async ({ slot, upload }) => [slot, await describeUpload(operated, upload)] as const),
        ),
      );
      const slots = new Set([...here.keys(), ...there.map(([slot]) => slot)]);
      const backend = new Map(there);
      return {
        items: [...slots]
          .sort((a, b) => a - b)
          .map((slot) => {
            const kept = here.get(slot);
            const theirs = backend.get(slot);
            return {
              slot,
              ...(theirs ? { backend: theirs } : {}),
              ...(kept ? { here: describeKept(kept) } : {}),
            };
          }),
      };
    }),
  );

  router.get(
    '/migrations/:tenant/:dialect/people/:key/pictures/:slot/:side',
    forRole(parts, 'admin', async ({ request, response, operator }) => {
      if (!parts.admin.showPictures)
        throw new AdminProblem(403, 'The settings do not let operators see pictures (admin.showPictures).');
      const { operated, subject } = await subjectOf(parts, request);
      const slot = Number(request.params.slot);
      const side = String(request.params.side);
      await runAudited(
        parts,
        { operator, action: 'pictures.view', target: `${subject.tenant}/${subject.key}/${slot} (${side})` },
        () =>
          side === 'backend'
            ? sendBackendPicture(operated, subject, slot, response)
            : sendKeptPicture(operated, subject, slot, response),
      );
      return undefined;
    }),
  );
  return router;
}

async function subjectOf(parts: AdminParts, request: Request) {
  const operated = operatedOf(parts.migrations, request);
  const { tenant } = operated.at.name;
  const subject = await operated.core.directory.byKey(tenant, String(request.params.key));
  if (!subject) throw new AdminProblem(404, 'There is no such person.');
  return { operated, subject };
}

/** The person's own pictures; before any was written, those of the shadow. */
async function picturesHere(
  { at, core }: OperatedBackend,
  { key }: Subject,
): Promise<ReadonlyMap<number, StoredPicture>> {
  for (const one of [key, shadowKey(at.name.dialect, key)]) {
    const { record } = await readSubjectRecord(core.records, one);
    const images = Object.values(record?.slots ?? {}).flatMap((state) =>
      state.kind === 'image' ? [state.image] : [],
    );
    if (images.length > 0) return new Map(images.map(({ slot, original }) => [slot, original]));
  }
  return new Map();
}

async function withBackendPictures<T>(
  { at }: OperatedBackend,
  subject: Subject,
  use: (pictures: readonly { readonly slot: number; readonly upload: Upload }[]) => Promise<T>,
): Promise<T> {
  try {
    const { pictures, release } = await readBackendPictures(at.replica, subject);
    try {
      return await use(pictures.map(({ slot, fetched }) => ({ slot, upload: fetched.upload })));
    } finally {
      await release();
    }
  } catch (cause) {
    if (cause instanceof ProblemError && cause.problem.kind === 'upstream-unavailable')
      throw new AdminProblem(503, 'The backend gives no picture of this person at the moment.');
    throw cause;
  }
}

async function describeUpload({ core }: OperatedBackend, { bytes, sha256, source }: Upload) {
  const processed = await core.imaging
    .process({ source, accepted: ANY_FORMAT, recipes: [] })
    .catch((cause: unknown) => {
      if (cause instanceof ProblemError) return undefined;
      throw cause;
    });
  await processed?.release();
  const { format, width, height } = processed?.facts ?? {};
  return { bytes, sha256, ...(processed ? { format, width, height } : {}) };
}

function describeKept({ format, width, height, bytes, sha256 }: StoredPicture) {
  return { format, width, height, bytes, sha256 };
}

async function sendBackendPicture(
  operated: OperatedBackend,
  subject: Subject,
  slot: number,
  response: Response,
): Promise<void> {
  await withBackendPictures(operated, subject, async (pictures) => {
    const upload = pictures.find((one) => one.slot === slot)?.upload;
    const format = upload && (await describeUpload(operated, upload)).format;
    // A file that no decoder accepts is not sent to a browser either.
    if (!upload || !format) throw new AdminProblem(404, 'The backend has no such picture.');
    pictureHead(response, format, byteLength(upload.source));
    await pipeline(bytesOf(upload.source), response);
  });
}

async function sendKeptPicture(
  operated: OperatedBackend,
  subject: Subject,
  slot: number,
  response: Response,
): Promise<void> {
  const kept = (await picturesHere(operated, subject)).get(slot);
  const body = kept && (await operated.core.objects.get(kept.key));
  if (!kept || !body) throw new AdminProblem(404, 'There is no such picture here.');
  pictureHead(response, kept.format, kept.bytes);
  await pipeline(body.stream, response);
}

function pictureHead(response: Response, format: PictureFormat, bytes: number): void {
  response.set({
    'Content-Type': mediaTypeOf(format),
    'Content-Length': String(bytes),
    'Content-Disposition': 'inline',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'private, no-store',
  });
}
