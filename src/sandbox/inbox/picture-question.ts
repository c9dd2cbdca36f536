import type { PictureComparer, PictureFormat } from '../../domain/index.ts';
import type { Inbox, UploadQuery } from './inbox.ts';
import type { ReceivedFile, ReceivedUpload } from './received-upload.ts';

/** The properties that a sent picture must have. One that is left out does not matter. */
export interface PictureQuestion extends Pick<UploadQuery, 'dialect' | 'operationId' | 'subject' | 'client'> {
  readonly part?: string;
  readonly fileName?: string;
  /** The format by the bytes, e.g. `jpeg`. */
  readonly format?: PictureFormat;
  /** Whether the announced type is the type of the bytes. */
  readonly announcedTruly?: boolean;
  /** Pixels, upright. */
  readonly width?: number;
  readonly height?: number;
  readonly minSide?: number;
  readonly maxSide?: number;
  readonly maxBytes?: number;
  readonly frames?: number;
  readonly sha256?: string;
  /** Whether the pixels are upright themselves, without an orientation in the metadata. */
  readonly upright?: boolean;
  /** Whether the picture holds no place where it was taken. */
  readonly withoutLocation?: boolean;
  /** Whether it has no EXIF, XMP or IPTC at all. */
  readonly withoutMetadata?: boolean;
  /** Whether the upload was accepted; default `true`. */
  readonly accepted?: boolean;
  /** A picture that looks the same to a person. */
  readonly looksLike?: Uint8Array;
  /** How long to wait for it; default: only for uploads under way. */
  readonly waitMs?: number;
}

/** The answer: the file that matched, or the nearest one and its differences. */
export interface PictureAnswer {
  readonly received: boolean;
  /** One difference a line, in words. Where nothing differs, it says what was found. */
  readonly message: string;
  readonly upload?: ReceivedUpload;
  /** The index in `upload.files`. */
  readonly file?: number;
}

interface Candidate {
  readonly upload: ReceivedUpload;
  readonly file: number;
  readonly differences: readonly string[];
}

/** Searches for a picture in the inbox. */
export async function findPicture(
  inbox: Inbox,
  comparer: PictureComparer,
  question: PictureQuestion,
): Promise<PictureAnswer> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), question.waitMs ?? 0);
  let news = Promise.withResolvers<void>();
  over.signal.addEventListener('abort', () => news.resolve());
  const unwatch = inbox.watch(() => news.resolve());
  try {
    for (;;) {
      const isLast = over.signal.aborted || question.waitMs === undefined;
      news = Promise.withResolvers<void>();
      const answer = await searchOnce(inbox, comparer, question);
      if (answer.received || isLast) return answer;
      if (!over.signal.aborted) await news.promise;
    }
  } finally {
    unwatch();
    clearTimeout(timer);
  }
}

async function searchOnce(
  inbox: Inbox,
  comparer: PictureComparer,
  question: PictureQuestion,
): Promise<PictureAnswer> {
  const uploads = await inbox.list();
  const { dialect, operationId, subject, client } = question;
  const asked = Object.entries({ dialect, operationId, subject, client }).filter(
    ([, value]) => value !== undefined,
  );
  const query: UploadQuery = Object.fromEntries(asked);
  const matching = await inbox.list(query);
  const candidates: Candidate[] = [];
  for (const upload of matching) {
    for (const [file, sent] of upload.files.entries()) {
      if (question.part !== undefined && sent.part !== question.part) continue;
      const content = (await inbox.find(upload.id))?.contents[file];
      const differences = [
        ...describeDifferences(upload, sent, question),
        ...(content ? await describeLikeness(comparer, content, question.looksLike) : []),
      ];
      candidates.push({ upload, file, differences });
    }
  }
  // Among equally near candidates, the test most likely means the one that was sent last.
  const nearest = candidates.reduce<Candidate | undefined>(
    (best, one) => (best && best.differences.length < one.differences.length ? best : one),
    undefined,
  );
  const about = asked.map(([name, value]) => `${name} ${String(value)}`).join(', ');
  if (!nearest) {
    const others = uploads.map((upload) => `  ${titleOf(upload)}`).slice(-10);
    const where = about === '' ? '' : ` with ${about}`;
    return {
      received: false,
      message: [
        `no picture${where} was received`,
        ...(others.length > 0 ? ['what was received:', ...others] : ['nothing was received at all']),
      ].join('\n'),
    };
  }
  const { upload, file, differences } = nearest;
  const received = differences.length === 0;
  return {
    received,
    message: [
      received
        ? `received: ${titleOf(upload)}`
        : `of ${candidates.length} received ${candidates.length === 1 ? 'picture' : 'pictures'}, the nearest differs: ${titleOf(upload)}`,
      ...differences.map((difference) => `  ${difference}`),
    ].join('\n'),
    upload,
    file,
  };
}

function titleOf({
  method,
  target,
  dialect,
  operationId,
  subject,
  files,
  response,
  refusal,
}: ReceivedUpload): string {
  const names = files.map(({ fileName, part, format, detectedType }) => {
    const name = fileName ?? part ?? 'the body';
    return `${name} (${format ?? detectedType ?? 'no picture'})`;
  });
  return [
    `${method} ${target}`,
    dialect === undefined ? 'no dialect' : `${dialect} ${operationId ?? ''}`.trim(),
    ...(subject === undefined ? [] : [`subject ${subject}`]),
    names.length > 0 ? names.join(', ') : 'no file',
    `answered ${response.status}${refusal ? ` ${refusal.problem}` : ''}`,
  ].join(' · ');
}

function describeDifferences(
  upload: ReceivedUpload,
  file: ReceivedFile,
  question: PictureQuestion,
): string[] {
  const { picture } = file;
  const told: string[] = [];
  const differs = (name: string, wanted: unknown, found: string) => {
    told.push(`${name}: ${String(wanted)} was asked for, ${found}`);
  };
  const { accepted = true } = question;
  const wasAccepted = upload.response.status < 400;
  if (accepted !== wasAccepted) {
    differs(
      'accepted',
      accepted,
      wasAccepted ? `it was answered ${upload.response.status}` : refusalText(upload),
    );
  }
  if (question.fileName !== undefined && question.fileName !== file.fileName) {
    differs('fileName', question.fileName, `${file.fileName ?? 'none'} was sent`);
  }
  if (question.format !== undefined && question.format !== file.format) {
    differs('format', question.format, `${file.format ?? file.detectedType ?? 'no picture'} was sent`);
  }
  if (question.announcedTruly !== undefined) {
    const truly = file.announcedType === file.detectedType;
    if (truly !== question.announcedTruly) {
      differs(
        'announcedTruly',
        question.announcedTruly,
        `${file.announcedType ?? 'no type'} was announced and the bytes are ${file.detectedType ?? 'nothing known'}`,
      );
    }
  }
  if (question.sha256 !== undefined && question.sha256 !== file.sha256) {
    differs('sha256', question.sha256, `the bytes have ${file.sha256}`);
  }
  if (question.maxBytes !== undefined && file.bytes > question.maxBytes) {
    differs('maxBytes', question.maxBytes, `it has ${file.bytes} bytes`);
  }
  const needsHeader = (
    [
      'width',
      'height',
      'minSide',
      'maxSide',
      'frames',
      'upright',
      'withoutLocation',
      'withoutMetadata',
    ] as const
  ).filter((name) => question[name] !== undefined);
  if (!picture) {
    for (const name of needsHeader) differs(name, question[name], 'its header cannot be read here');
    return told;
  }
  const { width, height, frames, orientation, exif, xmp, iptc, location } = picture;
  const size = `it is ${width} × ${height}`;
  if (question.width !== undefined && question.width !== width) differs('width', question.width, size);
  if (question.height !== undefined && question.height !== height) differs('height', question.height, size);
  if (question.minSide !== undefined && Math.min(width, height) < question.minSide)
    differs('minSide', question.minSide, size);
  if (question.maxSide !== undefined && Math.max(width, height) > question.maxSide)
    differs('maxSide', question.maxSide, size);
  if (question.frames !== undefined && question.frames !== frames) {
    differs('frames', question.frames, `it has ${frames}`);
  }
  if (question.upright !== undefined && question.upright !== (orientation === 1)) {
    differs('upright', question.upright, `its EXIF orientation is ${orientation}`);
  }
  if (question.withoutLocation !== undefined && question.withoutLocation !== (location === false)) {
    differs(
      'withoutLocation',
      question.withoutLocation,
      location === undefined
        ? 'its EXIF cannot be read'
        : location
          ? 'its metadata says where it was taken'
          : 'its metadata says nothing of a place',
    );
  }
  const metadata = Object.entries({ EXIF: exif, XMP: xmp, IPTC: iptc }).filter(([, there]) => there);
  if (question.withoutMetadata !== undefined && question.withoutMetadata !== (metadata.length === 0)) {
    differs(
      'withoutMetadata',
      question.withoutMetadata,
      metadata.length === 0 ? 'it has none' : `it has ${metadata.map(([name]) => name).join(', ')}`,
    );
  }
  return told;
}

function refusalText({ response, refusal }: ReceivedUpload): string {
  const why = refusal ? `: ${refusal.rule} (${refusal.place}); accepted: ${refusal.accepted}` : '';
  return `it was refused with ${response.status}${why}`;
}

async function describeLikeness(
  comparer: PictureComparer,
  sent: Uint8Array,
  wanted: Uint8Array | undefined,
): Promise<string[]> {
  if (!wanted) return [];
  const compared = await comparer.compare({ kind: 'memory', bytes: wanted }, { kind: 'memory', bytes: sent });
  if (!compared) return ['looksLike: one of the two pictures cannot be decoded'];
  if (compared.same) return [];
  const [one, other] = compared.sizes;
  return [
    `looksLike: the pictures differ by ${(compared.distance * 100).toFixed(1)} % of their colours (${one.width} × ${one.height} was asked for, ${other.width} × ${other.height} was sent)`,
  ];
}
