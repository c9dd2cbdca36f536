import { createHash } from 'node:crypto';
import {
  ALL_PICTURE_FORMATS,
  type CommandContext,
  type CommandOf,
  type ImageView,
  type Imaging,
  type Loss,
  type OpenedSubject,
  type Outcome,
  type PictureFormat,
  ProblemError,
  type ProfileImage,
  type StoredPicture,
  type Subject,
  type SubjectDirectory,
  type Upload,
  type UpstreamImage,
  type UpstreamOutcome,
  uuidFrom,
} from '../../domain/index.ts';
import type { BackendTranslator } from '../migrating-executor.ts';
import type { HttpBackend } from '../upstream/http-backend.ts';

/** What the backend said of an image, completed by what can be found out. */
interface KnownImage extends UpstreamImage {
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Carries commands out at a backend of another dialect, and puts what it says into the domain's words. What had to be made up is told to
 * `onLosses`.
 */
export function createBackendTranslator(parts: {
  readonly backend: HttpBackend;
  readonly directory: SubjectDirectory;
  readonly imaging: Imaging;
  readonly nowMs: () => number;
  readonly onLosses: (losses: readonly Loss[]) => void;
  /** Told what the backend said, and again when more is known of its images. */
  readonly onAnswer: (outcome: UpstreamOutcome) => void;
}): BackendTranslator {
  const told = new Set<string>();
  return { execute: (command, context, opened) => translate(command, context, opened) };

  async function translate(
    command: Parameters<BackendTranslator['execute']>[0],
    context: CommandContext,
    opened: OpenedSubject | undefined,
  ): Promise<Outcome> {
    if (command.kind === 'locate-images') return locate(command, context);
    if (!opened) throw new ProblemError({ kind: 'subject-not-found' });
    const { outcome, losses } = await parts.backend.ask(command, opened.subject);
    parts.onLosses(losses);
    parts.onAnswer(outcome);
    if (outcome.kind === 'problem') throw new ProblemError(outcome.problem);
    if (outcome.kind !== 'done') throw new ProblemError({ kind: 'upstream-unavailable' });
    const subject = { ...opened.subject, profile: { ...opened.subject.profile, ...outcome.profile } };
    switch (command.kind) {
      case 'delete-images':
        return { kind: 'images-deleted', subject, slots: command.slots };
      case 'put-images':
        return {
          kind: 'images-put',
          subject,
          created: false,
          images: await putViews(command, subject, context, outcome),
        };
      case 'read-subject':
        return {
          kind: 'subject-read',
          subject,
          images: command.images ? await views(outcome.images, subject, context) : [],
        };
    }
  }

  async function putViews(
    { images }: CommandOf<'put-images'>,
    subject: Subject,
    context: CommandContext,
    outcome: Extract<UpstreamOutcome, { kind: 'done' }>,
  ): Promise<ImageView[]> {
    const named = outcome.images.length > 0 ? outcome.images : await imagesAtBackend(subject);
    parts.onAnswer({ ...outcome, images: named });
    return Promise.all(
      images.map(async ({ slot, upload }) => {
        const image = named.find((one) => one.slot === slot) ?? { slot };
        return viewOf(await measured(image, upload), subject, context);
      }),
    );
  }

  async function imagesAtBackend(subject: Subject): Promise<readonly UpstreamImage[]> {
    const { outcome } = await parts.backend.carryOut(
      { kind: 'read-subject', subject: { kind: 'key', key: subject.key }, images: true },
      subject,
    );
    return outcome.kind === 'done' ? outcome.images : [];
  }

  function views(
    images: readonly UpstreamImage[],
    subject: Subject,
    context: CommandContext,
  ): Promise<ImageView[]> {
    return Promise.all(
      images
        .filter(({ slot }) => slot < context.intake.slots)
        .map(async (image) => {
          const fetched = await parts.backend.fetch(image, subject);
          if (!fetched) return undefined;
          try {
            return viewOf(await measured(image, fetched.upload), subject, context);
          } finally {
            await fetched.release();
          }
        }),
    ).then((all) => all.filter((view): view is ImageView => view !== undefined));
  }

  async function measured(image: UpstreamImage, upload: Upload): Promise<KnownImage> {
    const facts = await factsOf(upload);
    return { ...image, ...facts, bytes: upload.bytes, sha256: upload.sha256 };
  }

  async function factsOf(upload: Upload): Promise<Pick<KnownImage, 'format' | 'width' | 'height'>> {
    const processed = await parts.imaging.process({
      source: upload.source,
      accepted: ALL_PICTURE_FORMATS,
      recipes: [],
    });
    try {
      const { format, width, height } = processed.facts;
      return { format, width, height };
    } finally {
      await processed.release();
    }
  }

  async function viewOf(image: KnownImage, subject: Subject, context: CommandContext): Promise<ImageView> {
    const url = context.links && (await parts.backend.addressOf(image, subject));
    const picture: StoredPicture = {
      key: `backend/${subject.key}/${image.slot}`,
      bytes: image.bytes,
      sha256: image.sha256,
      format: image.format,
      width: image.width,
      height: image.height,
    };
    return {
      image: imageOf(image, picture, subject, context),
      picture,
      ...(url
        ? { url: url.href, urlExpiresAtMs: parts.nowMs() + (context.links?.ttlSeconds ?? 0) * 1000 }
        : {}),
    };
  }

  /** What the backend did not say is made up, which is a loss only where the answer to the client says it. */
  function imageOf(
    { slot, sha256, version }: KnownImage,
    original: StoredPicture,
    { key }: Subject,
    context: CommandContext,
  ): ProfileImage {
    const writtenAtMs = parts.nowMs();
    return {
      get id() {
        tell('image.id', 'synthesised', "made from the picture's digest");
        // The same picture in the same place has the same id each time it is read, and another picture has another.
        return digest(`${key}\0${slot}\0${sha256}`);
      },
      get handle() {
        tell('image.handle', 'synthesised', "made from the image's place");
        return uuidFrom(digest(`${key}\0${slot}`));
      },
      get writtenAtMs() {
        tell('image.writtenAt', 'defaulted', 'the backend does not say when it was written');
        return writtenAtMs;
      },
      get version() {
        if (version === undefined) tell('image.version', 'defaulted', 'the backend does not count');
        return version ?? 1;
      },
      slot,
      generation: version ?? 1,
      writtenThrough: context.dialect,
      decodable: true,
      transparent: false,
      original,
      renditions: {},
    };
  }

  function tell(field: string, fate: Loss['fate'], note: string): void {
    if (told.has(field)) return;
    told.add(field);
    parts.onLosses([{ field, fate, note }]);
  }

  async function locate(command: CommandOf<'locate-images'>, context: CommandContext): Promise<Outcome> {
    const results = await Promise.all(
      command.requests.map(async (request) => {
        const view = await locateOne(request, context);
        return view
          ? ({ label: request.label, found: true, view } as const)
          : ({ label: request.label, found: false, problem: { kind: 'image-not-found' } } as const);
      }),
    );
    return { kind: 'images-located', results, ttlSeconds: context.links?.ttlSeconds ?? 0 };
  }

  async function locateOne(
    request: CommandOf<'locate-images'>['requests'][number],
    context: CommandContext,
  ): Promise<ImageView | undefined> {
    const tenant = context.principal?.tenant;
    if (tenant === undefined || request.subject.kind !== 'key') return undefined;
    const subject = await parts.directory.byKey(tenant, request.subject.key);
    if (!subject) return undefined;
    const found = await views(await imagesAtBackend(subject), subject, context);
    return found.find(({ image }) => image.id.startsWith(request.imageIdPrefix));
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
