import {
  type CommandOf,
  isId,
  isJsonAnswer,
  isJsonObject,
  isTextOrNone,
  type JsonObject,
  type Loss,
  ProblemError,
  type Subject,
  type UpstreamAnswer,
  type UpstreamOutcome,
  type UpstreamRequest,
  type UpstreamTranslation,
} from '../../src/domain/index.ts';
import type { MagiclineOptions } from './options.ts';
import { readUpstreamProblem } from './read-upstream-problem.ts';

/** The `errorCode` of an unknown path, as this project's servers send it. */
const ROUTE_NOT_FOUND = 'error.route.not.found';

/** Sends commands to the v1 API, which has neither deletes nor look-ups of addresses by image id. */
export const upstream: UpstreamTranslation<MagiclineOptions> = {
  supports: ['put-images', 'read-subject', 'check-credential'],

  request(command, { aliases }) {
    if (command.kind === 'put-images') return putRequest(command, customerPath(aliases));
    if (command.kind === 'read-subject') {
      return { request: buildBodilessRequest('GET', customerPath(aliases)), losses: [] };
    }
    if (command.kind === 'check-credential') {
      return { request: buildBodilessRequest('HEAD', '/v1/customers'), losses: [] };
    }
    throw new Error(`v1 has no request for ${command.kind}`);
  },

  isClear(answer, requestedId) {
    const { status, json } = answer;
    if (!isJsonAnswer(answer) || !isJsonObject(json)) return false;
    if (status === 404) return saysPersonIsUnknown(json);
    return (
      status === 200 && isId(json.id, requestedId) && isTextOrNone(json.imageUrl) && json.imageUrl !== ''
    );
  },

  isClearWrite(_put, answer, requestedId) {
    const { status, json } = answer;
    if (!isJsonAnswer(answer) || !isJsonObject(json)) return false;
    if (status < 200 || status > 299) return isOwnProblem(status, json);
    const isAboutOther = requestedId !== undefined && json.id !== undefined && !isId(json.id, requestedId);
    return !isAboutOther && typeof json.imageUrl === 'string' && json.imageUrl !== '';
  },

  answer(command, answer, { options }) {
    if (answer.status < 200 || answer.status > 299) return readUpstreamProblem(answer, options);
    if (command.kind === 'check-credential') return { kind: 'done', profile: {}, images: [] };
    return done(answer);
  },
};

function putRequest(
  command: CommandOf<'put-images'>,
  path: string,
): { request: UpstreamRequest; losses: readonly Loss[] } {
  const put = command.images.find(({ slot }) => slot === 0);
  if (!put) throw new ProblemError({ kind: 'too-many-files', limit: 1 });
  return {
    request: {
      method: 'PUT',
      path: `${path}/images`,
      headers: { Accept: 'application/json' },
      body: { kind: 'multipart', parts: [{ name: 'image', upload: put.upload }] },
    },
    losses: putLosses(command),
  };
}

function putLosses({ images, notes, onlyIf }: CommandOf<'put-images'>): Loss[] {
  const dropped = (field: string, note: string): Loss => ({ field, fate: 'dropped', note });
  return [
    ...images
      .filter(({ slot }) => slot !== 0)
      .map(({ slot }) => dropped(`images[${slot}]`, 'a customer has one picture')),
    ...Object.keys(notes ?? {}).map((name) =>
      dropped(`notes.${name}`, 'an update carries the picture alone'),
    ),
    ...(onlyIf ? [dropped('onlyIf', 'an update cannot be conditional')] : []),
  ];
}

/** The page names the fields of an error but no `errorCode`. Any code will do that has no other meaning. */
function saysPersonIsUnknown({ errorMessage, errorCode, traceId }: JsonObject): boolean {
  return (
    typeof errorMessage === 'string' &&
    typeof errorCode === 'string' &&
    errorCode !== ROUTE_NOT_FOUND &&
    isTextOrNone(traceId)
  );
}

/** The page requires only `errorMessage`. A 404 without a code has to say more than any server's does. */
function isOwnProblem(status: number, { errorMessage, errorCode }: JsonObject): boolean {
  if (typeof errorMessage !== 'string' || !isTextOrNone(errorCode)) return false;
  return status !== 404 || errorCode !== undefined || !/^not found\.?$/iu.test(errorMessage);
}

function done({ json }: UpstreamAnswer): UpstreamOutcome {
  // Every success of this API is a JSON object. Any other body comes from a proxy in between.
  if (!isJsonObject(json)) return { kind: 'problem', problem: { kind: 'upstream-unavailable' } };
  const { id: _id, firstName, lastName, email, phonePrivate, imageUrl, ...extra } = json;
  return {
    kind: 'done',
    profile: {
      ...(typeof firstName === 'string' ? { firstName } : {}),
      ...(typeof lastName === 'string' ? { lastName } : {}),
      ...(typeof email === 'string' ? { email } : {}),
      ...(typeof phonePrivate === 'string' ? { phoneNumber: phonePrivate } : {}),
      ...(Object.keys(extra).length > 0 ? { extra: { 'magicline-v1': extra } } : {}),
    },
    images: typeof imageUrl === 'string' ? [{ slot: 0, url: imageUrl, format: 'jpeg' }] : [],
  };
}

function customerPath(aliases: Subject['aliases']): string {
  const id = aliases['magicline-v1'];
  if (id === undefined) throw new ProblemError({ kind: 'subject-not-found' });
  return `/v1/customers/${encodeURIComponent(id)}`;
}

function buildBodilessRequest(method: string, path: string): UpstreamRequest {
  return { method, path, headers: { Accept: 'application/json' }, body: { kind: 'none' } };
}
