import {
  type Command,
  type CommandOf,
  isJsonAnswer,
  isJsonObject,
  type Loss,
  ProblemError,
  type UpstreamOutcome,
  type UpstreamTranslation,
} from '../../src/domain/index.ts';
import type { TimbuOptions } from './options.ts';
import { isOwnProblem, readUpstreamProblem } from './read-upstream-problem.ts';
import { isClearUpload, isClearUser, readUpstreamUser } from './read-upstream-user.ts';

/** The sentence for an unknown user. */
const USER_NOT_FOUND = 'User not found';
/** The sentences of a 404: for an unknown user, and for a missing picture. */
const NOT_FOUND: ReadonlySet<unknown> = new Set([USER_NOT_FOUND, 'Image not found']);

/**
 * Speaks Timbu as a client. A request does not name a user, because it concerns the bearer of its token. So
 * each subject needs its own credential at the backend. The API cannot express deletes, so they are refused.
 */
export const upstream: UpstreamTranslation<TimbuOptions> = {
  supports: ['put-images', 'read-subject'],

  request(command) {
    if (command.kind === 'put-images') return putRequest(command);
    if (command.kind === 'read-subject') {
      return {
        request: { method: 'GET', path: '/users/me', headers: ACCEPT, body: { kind: 'none' } },
        losses: subjectLoss(command),
      };
    }
    throw new Error(`Timbu has no request for ${command.kind}`);
  },

  isClear(answer, requestedId) {
    const { status, json } = answer;
    if (!isJsonAnswer(answer) || !isJsonObject(json)) return false;
    if (status === 404) return json.detail === USER_NOT_FOUND;
    return status === 200 && isClearUser(json, requestedId);
  },

  isClearWrite(_put, answer, requestedId) {
    const { status, json } = answer;
    if (!isJsonAnswer(answer) || !isJsonObject(json)) return false;
    if (status >= 200 && status <= 299) return isClearUpload(json, requestedId);
    return status === 404 ? NOT_FOUND.has(json.detail) : isOwnProblem(json);
  },

  answer(_command, answer, { options }): UpstreamOutcome {
    return answer.status >= 200 && answer.status <= 299
      ? readUpstreamUser(answer.json)
      : readUpstreamProblem(answer, options);
  },
};

const ACCEPT = { Accept: 'application/json' };

function putRequest(command: CommandOf<'put-images'>): ReturnType<typeof upstream.request> {
  const put = command.images.find(({ slot }) => slot === 0);
  if (!put) throw new ProblemError({ kind: 'too-many-files', limit: 1 });
  return {
    request: {
      method: 'PATCH',
      path: '/users/image/upload',
      headers: ACCEPT,
      body: { kind: 'multipart', parts: [{ name: 'file', upload: put.upload }] },
    },
    losses: [...subjectLoss(command), ...putLosses(command)],
  };
}

function subjectLoss({ subject }: Extract<Command, { subject: unknown }>): Loss[] {
  return subject.kind === 'caller'
    ? []
    : [{ field: 'subject', fate: 'synthesised', note: 'the bearer of the upstream credential is meant' }];
}

function putLosses({ images, notes, onlyIf }: CommandOf<'put-images'>): Loss[] {
  const surplus = images
    .filter(({ slot }) => slot !== 0)
    .map(({ slot }): Loss => ({ field: `images[${slot}]`, fate: 'dropped', note: 'a user has one picture' }));
  const noted = Object.keys(notes ?? {}).map(
    (name): Loss => ({
      field: `notes.${name}`,
      fate: 'dropped',
      note: 'an upload carries the picture alone',
    }),
  );
  const condition: Loss = { field: 'onlyIf', fate: 'dropped', note: 'an upload cannot be conditional' };
  return [...surplus, ...noted, ...(onlyIf ? [condition] : [])];
}
