import { createHash } from 'node:crypto';
import {
  isJsonAnswer,
  type Loss,
  ProblemError,
  type ProblemKind,
  type Spool,
  type Subject,
  type Upload,
  type UpstreamImage,
  type UpstreamRequest,
  type UpstreamTranslation,
} from '../../domain/index.ts';
import type { BackendCredential } from '../../settings/migration-settings.ts';
import type { PeopleLearner } from '../learn/people-learner.ts';
import type { Backend, BackendCommand, BackendReply, FetchedPicture } from '../replicas/backend.ts';
import { type BackendAddress, pictureAddress, targetBelow } from './backend-address.ts';
import type { CredentialWatch } from './credential-watch.ts';
import { distinctName } from './distinct-name.ts';
import { encodeBody } from './encode-body.ts';
import { joinHeaders } from './hop-by-hop.ts';
import { asUpstreamAnswer, readWhole, type WholeAnswer } from './read-answer.ts';
import { problemOf, type UpstreamConnection } from './upstream-connection.ts';
import { credentialHeaders } from './upstream-credential.ts';

/** Problems which mean that there is no such person, or no picture. */
const NOT_FOUND: ReadonlySet<ProblemKind> = new Set(['subject-not-found', 'image-not-found']);

/**
 * Problems that are accepted in any form. The server that answered rejected the request before it was carried
 * out, or does not report its result.
 */
const FROM_ANYBODY: ReadonlySet<ProblemKind> = new Set([
  'unauthenticated',
  'forbidden',
  'method-not-allowed',
  'file-too-large',
  'rate-limited',
  'request-timeout',
  'upstream-unavailable',
  'upstream-timeout',
  'internal',
]);

/** Statuses with which a backend says that it does not take a picture. */
const REFUSED: ReadonlySet<number> = new Set([400, 422]);

/** The parts with which a backend is called in its dialect. */
export interface HttpBackendParts {
  readonly connection: UpstreamConnection;
  readonly address: BackendAddress;
  /** The dialect that the backend speaks. */
  readonly speaks: string;
  readonly translation: UpstreamTranslation<object>;
  readonly options: object;
  readonly slots: number;
  readonly credential?: BackendCredential;
  readonly credentialWatch: CredentialWatch;
  readonly learner: Pick<PeopleLearner, 'learn'>;
  readonly strictTranslation: boolean;
  readonly spool: Spool;
  /** Called before each request, outside of its longest time; absent: no request waits. */
  readonly pace?: () => Promise<void>;
  /** Longest time for one request and its answer, in milliseconds; shorter than a lease. */
  readonly limitMs: number;
  /** Largest picture that is fetched, in bytes. */
  readonly maxPictureBytes: number;
}

/** A backend over HTTP that is called in its dialect. */
export interface HttpBackend extends Backend {
  /**
   * Like `carryOut`, but the client's own credential headers, if any, replace the gateway's. `whole`: the
   * answer as it came.
   */
  ask(
    command: BackendCommand,
    subject: Subject,
    clientHeaders?: Readonly<Record<string, string>>,
  ): Promise<BackendReply & { readonly whole: WholeAnswer }>;
  /**
   * What an answer to a command means. `requestedId`: the id of the subject, where the answer must be about
   * this subject.
   */
  meaningOf(command: BackendCommand, whole: WholeAnswer, requestedId?: string): BackendReply['outcome'];
  /** The address from which an image that a reply named can be fetched. */
  addressOf(image: UpstreamImage, subject: Subject): Promise<URL | undefined>;
}

/** See `HttpBackend`. */
export function createHttpBackend(parts: HttpBackendParts): HttpBackend {
  const { translation, options } = parts;

  async function send(
    request: UpstreamRequest,
    subject: Subject,
    clientHeaders?: Readonly<Record<string, string>>,
  ): Promise<WholeAnswer> {
    await parts.pace?.();
    const own = await credentialHeaders(parts.credential, subject.aliases[parts.speaks]);
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
    // At the backend, an id of another dialect may belong to another person.
    if (subject.aliases[parts.speaks] === undefined) throw new ProblemError({ kind: 'subject-not-found' });
    const { aliases } = subject;
    const translated = translation.request(withDistinctNames(command, subject), {
      subject,
      options,
      aliases,
    });
    const lost = translated.losses.filter(({ fate }) => fate === 'dropped');
    if (parts.strictTranslation && lost.length > 0) {
      const [{ field }] = lost as [Loss];
      throw new ProblemError({ kind: 'invalid-parameter', name: field, location: 'body' });
    }
    return translated;
  }

  function meaningOf(
    command: BackendCommand,
    whole: WholeAnswer,
    requestedId?: string,
  ): BackendReply['outcome'] {
    const answer = asUpstreamAnswer(whole);
    const outcome = translation.answer(command, answer, { options });
    if (command.kind === 'put-images' || command.kind === 'delete-images') {
      const isClear = translation.isClearWrite(command, answer, requestedId);
      // An error of the dialect's own, with a code that no page lists.
      if (isClear && isUnlisted(outcome) && REFUSED.has(answer.status))
        return { kind: 'problem', problem: { kind: 'corrupt-image' } };
      // A proxy may have answered after the backend carried out the write.
      return isClear || isFromAnybody(outcome)
        ? outcome
        : { kind: 'problem', problem: { kind: 'upstream-timeout' } };
    }
    if (command.kind !== 'read-subject') return outcome;
    // An answer that is not in the dialect shows neither that there is a picture nor that there is none.
    const isProof = outcome.kind !== 'problem' || NOT_FOUND.has(outcome.problem.kind);
    const isClear =
      requestedId === undefined ? isJsonAnswer(answer) : translation.isClear(answer, requestedId);
    return isProof && !isClear ? { kind: 'problem', problem: { kind: 'upstream-unavailable' } } : outcome;
  }

  async function ask(
    command: BackendCommand,
    subject: Subject,
    clientHeaders?: Readonly<Record<string, string>>,
  ) {
    const { request, losses } = translate(command, subject);
    const whole = await send(request, subject, clientHeaders);
    const outcome = meaningOf(command, whole, subject.aliases[parts.speaks]);
    if (!clientHeaders && parts.credential)
      parts.credentialWatch.heard(isRefusal(outcome), subject.aliases[parts.speaks]);
    if (outcome.kind === 'done') parts.learner.learn(subject, outcome.profile);
    return { outcome, losses, whole };
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
    carryOut: ask,
    async fetch(image, subject) {
      const url = await addressOf(image, subject);
      if (!url) return undefined;
      await parts.pace?.();
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
      return hold(parts, answer.body as AsyncIterable<Uint8Array>, joinHeaders(answer.rawHeaders));
    },
  };
}

function isUnlisted(outcome: BackendReply['outcome']): boolean {
  return outcome.kind === 'problem' && outcome.problem.kind === 'upstream-unavailable';
}

function isFromAnybody(outcome: BackendReply['outcome']): boolean {
  return outcome.kind === 'problem' && FROM_ANYBODY.has(outcome.problem.kind);
}

function isRefusal(outcome: BackendReply['outcome']): boolean {
  return outcome.kind === 'problem' && ['unauthenticated', 'forbidden'].includes(outcome.problem.kind);
}

function withDistinctNames(command: BackendCommand, subject: Subject): BackendCommand {
  if (command.kind !== 'put-images') return command;
  const images = command.images.map(({ slot, upload }) => ({
    slot,
    upload: { ...upload, fileName: distinctName(upload, subject) },
  }));
  return { ...command, images };
}

async function hold(
  { spool, maxPictureBytes }: HttpBackendParts,
  body: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
): Promise<FetchedPicture> {
  const digest = createHash('sha256');
  let bytes = 0;
  async function* counted() {
    for await (const piece of whole(body)) {
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

/** The pieces of a body. A body that breaks off is the backend's failure. */
async function* whole(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw problemOf(cause);
  }
}
