import { readSubjectRecord } from '../../core/subject-records.ts';
import {
  type IntakePolicy,
  type PictureFormat,
  ProblemError,
  type ProblemKind,
  READABLE_FORMATS,
  type Subject,
  type SubjectProfile,
  type UpstreamImage,
} from '../../domain/index.ts';
import type { OperatedBackend } from '../operate/operated-backend.ts';
import type { FetchedPicture } from '../replicas/backend.ts';
import { isSamePicture } from '../replicas/same-picture.ts';
import { joinHeaders } from '../upstream/hop-by-hop.ts';
import { credentialHeaders } from '../upstream/upstream-credential.ts';

/** A picture that the backend names. */
export type PictureFinding =
  | { readonly kind: 'elsewhere'; readonly origin: string }
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'held';
      readonly bytes: number;
      readonly format?: PictureFormat;
      /** The reason for which an upload of it would be refused here. */
      readonly refusal?: ProblemKind;
      readonly here: 'nothing' | 'the same' | 'another';
    };

/** What the look at one person of the sample found. */
export interface PersonFinding {
  readonly id: string;
  /** `no id`: the person is known, but has no id in the backend's dialect. */
  readonly person: 'known' | 'unknown' | 'no id';
  readonly answer?: 'understood' | 'nobody' | 'credential refused' | 'not understood' | 'no answer';
  readonly pictures: readonly PictureFinding[];
  /** Fields of the profile that the backend prints and the directory does not know. */
  readonly unknownFields: readonly string[];
  readonly requests: number;
  readonly tookMs: number;
  /** `Content-Encoding` of the answer. */
  readonly encoding?: string;
  readonly redirectsTo?: string;
  /** The backend's clock minus ours, in milliseconds. */
  readonly skewMs?: number;
}

/** Reads one person of the list both at the backend, as the backfill would, and here. Writes nothing. */
export async function lookAtPerson(operated: OperatedBackend, id: string): Promise<PersonFinding> {
  const { at, core } = operated;
  const nothing = { id, pictures: [], unknownFields: [], requests: 0, tookMs: 0 };
  const subject = await core.directory.byAlias(at.name.tenant, at.name.dialect, id);
  if (!subject) return { ...nothing, person: 'unknown' };
  const spokenId = subject.aliases[at.settings.speaks ?? at.name.dialect];
  if (spokenId === undefined) return { ...nothing, person: 'no id' };
  const beganAt = performance.now();
  try {
    const own = await credentialHeaders(at.settings.credential, spokenId);
    const { outcome, whole } = await at.backend.ask(
      { kind: 'read-subject', subject: { kind: 'key', key: subject.key }, images: true },
      subject,
      { ...own, 'Accept-Encoding': 'gzip, deflate, br' },
    );
    const headers = joinHeaders(whole.rawHeaders);
    const date = Date.parse(headers.date ?? '');
    const skewMs = date - core.clock.nowMs();
    const images = outcome.kind === 'done' ? outcome.images : [];
    const pictures: PictureFinding[] = [];
    for (const image of images) pictures.push(await lookAtPicture(operated, subject, image));
    const located = images.filter(({ locate }) => locate).length;
    return {
      id,
      person: 'known',
      answer: answerOf(outcome),
      pictures,
      unknownFields: outcome.kind === 'done' ? unknownFields(subject.profile, outcome.profile) : [],
      requests: 1 + images.length + located,
      tookMs: performance.now() - beganAt,
      ...(headers['content-encoding'] === undefined ? {} : { encoding: headers['content-encoding'] }),
      ...(whole.status >= 300 && whole.status < 400 ? { redirectsTo: headers.location ?? '?' } : {}),
      ...(Number.isNaN(skewMs) ? {} : { skewMs }),
    };
  } catch (cause) {
    if (!(cause instanceof ProblemError)) throw cause;
    return {
      ...nothing,
      person: 'known',
      answer: 'no answer',
      requests: 1,
      tookMs: performance.now() - beganAt,
    };
  }
}

type Asked = Awaited<ReturnType<OperatedBackend['at']['backend']['ask']>>['outcome'];

function answerOf(outcome: Asked): NonNullable<PersonFinding['answer']> {
  if (outcome.kind === 'done') return 'understood';
  if (outcome.kind !== 'problem') return 'not understood';
  switch (outcome.problem.kind) {
    case 'subject-not-found':
    case 'image-not-found':
      return 'nobody';
    case 'unauthenticated':
    case 'forbidden':
      return 'credential refused';
    default:
      return 'not understood';
  }
}

async function lookAtPicture(
  { at, core }: OperatedBackend,
  subject: Subject,
  image: UpstreamImage,
): Promise<PictureFinding> {
  if (image.url !== undefined && !(await at.backend.addressOf(image, subject))) {
    return {
      kind: 'elsewhere',
      origin: URL.canParse(image.url) ? new URL(image.url).origin : 'an address that cannot be read',
    };
  }
  const fetched = await at.backend.fetch(image, subject);
  if (!fetched) return { kind: 'gone' };
  try {
    const { upload } = fetched;
    const { record } = await readSubjectRecord(core.records, subject.key);
    const isHere = record?.slots[image.slot]?.kind === 'image';
    const isSame = isHere && (await isSamePicture(at.replica, record, image.slot, upload));
    return {
      kind: 'held',
      bytes: upload.bytes,
      ...(await judgeUpload(core.imaging, fetched, at.intake)),
      here: isSame ? 'the same' : isHere ? 'another' : 'nothing',
    };
  } finally {
    await fetched.release();
  }
}

/** Whether the picture would be accepted if a client uploaded it here. */
async function judgeUpload(
  imaging: OperatedBackend['core']['imaging'],
  { upload }: FetchedPicture,
  { minBytes, maxBytes, formats }: IntakePolicy,
): Promise<{ readonly format?: PictureFormat; readonly refusal?: ProblemKind }> {
  if (upload.bytes < minBytes) return { refusal: 'file-too-small' };
  if (upload.bytes > maxBytes) return { refusal: 'file-too-large' };
  try {
    const { source } = upload;
    const { facts, release } = await imaging.process({ source, accepted: READABLE_FORMATS, recipes: [] });
    await release();
    const { format } = facts;
    return formats.includes(format) ? { format } : { format, refusal: 'unsupported-format' };
  } catch (cause) {
    if (cause instanceof ProblemError) return { refusal: cause.problem.kind };
    throw cause;
  }
}

function unknownFields(here: SubjectProfile, there: SubjectProfile): string[] {
  const known = new Map<string, unknown>(Object.entries(here));
  return Object.keys(there).filter((field) => known.get(field) === undefined);
}
