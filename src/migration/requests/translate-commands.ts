import { createHash } from 'node:crypto';
import { requireSize } from '../../core/store-bodies.ts';
import {
  type CommandContext,
  type CommandOf,
  type ImageField,
  type ImageView,
  type Imaging,
  type Loss,
  mediaTypeOf,
  type OpenedSubject,
  type Outcome,
  type PictureFormat,
  ProblemError,
  type ProfileImage,
  READABLE_FORMATS,
  type StoredPicture,
  type Subject,
  type SubjectDirectory,
  type SubjectProfile,
  type Upload,
  type UpstreamImage,
  type UpstreamOutcome,
  uuidFrom,
} from '../../domain/index.ts';
import type { BackendTranslator } from '../migrating-executor.ts';
import { blameBackend } from '../replicas/blame-backend.ts';
import type { HttpBackend } from '../upstream/http-backend.ts';
import { lossesInAnswer } from './losses-in-answer.ts';

type PictureFacts = Pick<KnownImage, 'format' | 'width' | 'height'>;

/** An upload that is a picture which the clients' dialect accepts. */
interface MeasuredPut {
  readonly slot: number;
  readonly upload: Upload;
  readonly facts: PictureFacts;
}

/** What the backend said of an image, with what the gateway could find out besides. */
interface KnownImage extends UpstreamImage {
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Carries commands out at a backend of another dialect, and puts its answers into the domain's words.
 * `onLosses` gets the fields that had to be made up.
 */
export function createBackendTranslator(parts: {
  readonly backend: HttpBackend;
  readonly directory: SubjectDirectory;
  readonly imaging: Imaging;
  readonly nowMs: () => number;
  /**
   * Fields of an image that the answer to the client prints. Only these count as losses when they are made
   * up.
   */
  readonly prints: readonly ImageField[];
  readonly onLosses: (losses: readonly Loss[]) => void;
  /** Called with what the backend said, and again when more is known of its images. */
  readonly onAnswer: (outcome: UpstreamOutcome) => void;
}): BackendTranslator {
  return {
    async execute(command, context, opened) {
      const outcome = await translate(command, context, opened);
      parts.onLosses(lossesInAnswer(outcome, context, parts.prints));
      return outcome;
    },
  };

  async function translate(
    command: Parameters<BackendTranslator['execute']>[0],
    context: CommandContext,
    opened: OpenedSubject | undefined,
  ): Promise<Outcome> {
    if (command.kind === 'locate-images') return locate(command, context);
    if (!opened) throw new ProblemError({ kind: 'subject-not-found' });
    // A client that is told that its file is not a picture has changed nothing at the backend.
    const measured = command.kind === 'put-images' ? await measureUploads(command, context) : undefined;
    const sent = command.kind === 'put-images' && measured ? { ...command, images: measured } : command;
    const { outcome, losses } = await parts.backend.ask(sent, opened.subject);
    parts.onLosses(losses);
    parts.onAnswer(outcome);
    if (outcome.kind === 'problem') throw new ProblemError(outcome.problem);
    if (outcome.kind !== 'done') throw new ProblemError({ kind: 'upstream-unavailable' });
    const subject = withProfile(opened.subject, outcome.profile);
    switch (command.kind) {
      case 'delete-images':
        return { kind: 'images-deleted', subject, slots: command.slots };
      case 'put-images':
        return {
          kind: 'images-put',
          subject,
          created: false,
          images: await putViews(measured ?? [], subject, context, outcome),
        };
      case 'read-subject':
        return {
          kind: 'subject-read',
          subject,
          images: command.images ? await views(outcome.images, subject, context) : [],
        };
    }
  }

  async function measureUploads(
    { images }: CommandOf<'put-images'>,
    { intake }: CommandContext,
  ): Promise<MeasuredPut[]> {
    return Promise.all(
      images.map(async ({ slot, upload }) => {
        requireSize(upload, intake);
        const facts = await factsOf(upload, intake.formats);
        return { slot, facts, upload: { ...upload, declaredType: mediaTypeOf(facts.format) } };
      }),
    );
  }

  async function putViews(
    images: readonly MeasuredPut[],
    subject: Subject,
    context: CommandContext,
    outcome: Extract<UpstreamOutcome, { kind: 'done' }>,
  ): Promise<ImageView[]> {
    // The put is done. It stays done even where the backend cannot say what it stored.
    const isNamed = images.every(({ slot }) =>
      outcome.images.some((one) => one.slot === slot && (!context.links || hasAddress(one))),
    );
    // The client's contract prints an address, and some APIs answer an upload without one.
    const named = isNamed ? outcome.images : await imagesAtBackend(subject).catch(() => outcome.images);
    parts.onAnswer({ ...outcome, images: named });
    return Promise.all(
      images.map(({ slot, facts, upload }) => {
        const image = named.find((one) => one.slot === slot) ?? { slot };
        return viewOf(knownImage(image, facts, upload), subject, context);
      }),
    );
  }

  async function imagesAtBackend(subject: Subject): Promise<readonly UpstreamImage[]> {
    const { outcome } = await parts.backend.carryOut(
      { kind: 'read-subject', subject: { kind: 'key', key: subject.key }, images: true },
      subject,
    );
    if (outcome.kind === 'done') return outcome.images;
    if (outcome.kind === 'problem' && outcome.problem.kind === 'subject-not-found') return [];
    // A backend that gives no clear answer does not prove that there is no picture.
    throw new ProblemError(outcome.kind === 'problem' ? outcome.problem : { kind: 'upstream-unavailable' });
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
            const { upload } = fetched;
            const facts = await blameBackend(() => factsOf(upload, READABLE_FORMATS));
            return await viewOf(knownImage(image, facts, upload), subject, context);
          } finally {
            await fetched.release();
          }
        }),
    ).then((all) => all.filter((view): view is ImageView => view !== undefined));
  }

  async function factsOf(upload: Upload, accepted: readonly PictureFormat[]): Promise<PictureFacts> {
    const processed = await parts.imaging.process({ source: upload.source, accepted, recipes: [] });
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
      synthesised: image.version === undefined ? [...NEVER_SAID, 'version'] : NEVER_SAID,
      ...(url
        ? { url: url.href, urlExpiresAtMs: parts.nowMs() + (context.links?.ttlSeconds ?? 0) * 1000 }
        : {}),
    };
  }

  function imageOf(
    { slot, sha256, version }: KnownImage,
    original: StoredPicture,
    { key }: Subject,
    context: CommandContext,
  ): ProfileImage {
    return {
      // The id is the same at each read of one picture in one place. Another picture gets another id.
      id: digest(`${key}\0${slot}\0${sha256}`),
      handle: uuidFrom(digest(`${key}\0${slot}`)),
      writtenAtMs: parts.nowMs(),
      version: version ?? 1,
      slot,
      generation: version ?? 1,
      writtenThrough: context.dialect,
      transparent: false,
      original,
      renditions: {},
    };
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

/** What the backend says of the person wins. Fields that it does not print stay as they are. */
function withProfile(subject: Subject, said: SubjectProfile): Subject {
  const extra = { ...subject.profile.extra, ...said.extra };
  return { ...subject, profile: { ...subject.profile, ...said, extra } };
}

function hasAddress({ url, locate }: UpstreamImage): boolean {
  return url !== undefined || locate !== undefined;
}

function knownImage(image: UpstreamImage, facts: PictureFacts, { bytes, sha256 }: Upload): KnownImage {
  return { ...image, ...facts, bytes, sha256 };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Fields of an image that no backend of another dialect prints. */
const NEVER_SAID: readonly ImageField[] = ['id', 'handle', 'writtenAtMs'];
