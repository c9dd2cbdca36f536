import { createHash } from 'node:crypto';
import {
  type Loss,
  ProblemError,
  type Spool,
  type Subject,
  type Upload,
  type UpstreamImage,
  type UpstreamRequest,
  type UpstreamTranslation,
} from '../../domain/index.ts';
import type { BackendCredential } from '../../settings/migration-settings.ts';
import type { Backend, BackendCommand, BackendReply, FetchedPicture } from '../replicas/backend.ts';
import { type BackendAddress, pictureAddress, targetBelow } from './backend-address.ts';
import { encodeBody } from './encode-body.ts';
import { joined } from './hop-by-hop.ts';
import { asUpstreamAnswer, readWhole, type WholeAnswer } from './read-answer.ts';
import { type UpstreamConnection } from './upstream-connection.ts';
import { aliasIn, credentialHeaders } from './upstream-credential.ts';

/** What it takes to speak to a backend in its dialect. */
export interface HttpBackendParts {
  readonly connection: UpstreamConnection;
  readonly address: BackendAddress;
  /** The dialect that the backend speaks. */
  readonly speaks: string;
  readonly translation: UpstreamTranslation<object>;
  readonly options: object;
  readonly slots: number;
  readonly credential?: BackendCredential;
  readonly strictTranslation: boolean;
  readonly spool: Spool;
  /** Longest time for one request and its answer, in milliseconds; shorter than a lease. */
  readonly limitMs: number;
  /** Largest picture that is fetched, in bytes. */
  readonly maxPictureBytes: number;
}

/** A backend over HTTP, in the words of its dialect. */
export interface HttpBackend extends Backend {
  /**
   * As `carryOut`, with the client's own credential headers in place of the gateway's where there are any. `whole`: the answer as it
   * came.
   */
  ask(
    command: BackendCommand,
    subject: Subject,
    clientHeaders?: Readonly<Record<string, string>>,
  ): Promise<BackendReply & { readonly whole: WholeAnswer }>;
  /** What an answer to a command means. */
  meaningOf(command: BackendCommand, whole: WholeAnswer): BackendReply['outcome'];
  /** Where an image that a reply named can be fetched. */
  addressOf(image: UpstreamImage, subject: Subject): Promise<URL | undefined>;
  /** The losses that a command would have; throws `ProblemError` where it cannot be said at all. */
  lossesOf(command: BackendCommand, subject: Subject): readonly Loss[];
}

/** See `HttpBackend`. */
export function createHttpBackend(parts: HttpBackendParts): HttpBackend {
  const { translation, options } = parts;

  async function send(
    request: UpstreamRequest,
    subject: Subject,
    clientHeaders?: Readonly<Record<string, string>>,
  ): Promise<WholeAnswer> {
    const own = await credentialHeaders(parts.credential, aliasIn(parts.speaks, subject));
    const { headers, body } = encodeBody(request.body);
    const all = { ...request.headers, ...headers, ...(clientHeaders ?? own) };
    const answer = await parts.connection.request({
      origin: parts.address.origin,
      target: targetBelow(parts.address, request.path),
      method: request.method,
      rawHeaders: Object.entries(all).flat(),
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(parts.limitMs),
    });
    return readWhole(answer);
  }

  function translate(command: BackendCommand, subject: Subject) {
    if (!translation.supports.includes(command.kind)) {
      throw new ProblemError({ kind: 'method-not-allowed', allow: [] });
    }
    const aliases = { ...subject.aliases, [parts.speaks]: aliasIn(parts.speaks, subject) };
    const named = { ...subject, aliases };
    const translated = translation.request(command, { subject: named, options, aliases });
    const lost = translated.losses.filter(({ fate }) => fate === 'dropped');
    if (parts.strictTranslation && lost.length > 0) {
      const [{ field }] = lost as [Loss];
      throw new ProblemError({ kind: 'invalid-parameter', name: field, location: 'body' });
    }
    return translated;
  }

  function meaningOf(command: BackendCommand, whole: WholeAnswer): BackendReply['outcome'] {
    return translation.answer(command, asUpstreamAnswer(whole), { options });
  }

  async function ask(
    command: BackendCommand,
    subject: Subject,
    clientHeaders?: Readonly<Record<string, string>>,
  ) {
    const { request, losses } = translate(command, subject);
    const whole = await send(request, subject, clientHeaders);
    return { outcome: meaningOf(command, whole), losses, whole };
  }

  async function addressOf(image: UpstreamImage, subject: Subject): Promise<URL | undefined> {
    if (image.url !== undefined) return pictureAddress(parts.address, image.url);
    if (!image.locate) return undefined;
    const whole = await send(image.locate, subject);
    const outcome = meaningOf({ kind: 'locate-images', requests: [] }, whole);
    const url = outcome.kind === 'located' ? outcome.urls[0] : undefined;
    return url === undefined ? undefined : pictureAddress(parts.address, url);
  }

  return {
    slots: parts.slots,
    canDelete: translation.supports.includes('delete-images'),
    ask,
    meaningOf,
    addressOf,
    lossesOf: (command, subject) => translate(command, subject).losses,
    carryOut: ask,
    async fetch(image, subject) {
      const url = await addressOf(image, subject);
      if (!url) return undefined;
      const answer = await parts.connection.request({
        origin: url.origin,
        target: `${url.pathname}${url.search}`,
        method: 'GET',
        rawHeaders: [],
        signal: AbortSignal.timeout(parts.limitMs),
      });
      if (answer.status === 404 || answer.status === 403 || answer.status === 410) {
        answer.body.resume();
        return undefined;
      }
      if (answer.status !== 200) {
        answer.body.resume();
        throw new ProblemError({ kind: 'upstream-unavailable' });
      }
      return hold(parts, answer.body as AsyncIterable<Uint8Array>, joined(answer.rawHeaders));
    },
  };
}

async function hold(
  { spool, maxPictureBytes }: HttpBackendParts,
  body: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
): Promise<FetchedPicture> {
  const digest = createHash('sha256');
  let bytes = 0;
  async function* counted() {
    for await (const piece of body) {
      bytes += piece.byteLength;
      if (bytes > maxPictureBytes) throw new ProblemError({ kind: 'upstream-unavailable' });
      digest.update(piece);
      yield piece;
    }
  }
  const announced = Number(headers['content-length'] ?? Number.POSITIVE_INFINITY);
  const { source, release } = await spool.hold(counted(), announced);
  const type = headers['content-type'];
  const upload: Upload = {
    bytes,
    sha256: digest.digest('hex'),
    source,
    ...(type === undefined ? {} : { declaredType: type }),
  };
  return { upload, release };
}
