import {
  type CommandOf,
  isJsonAnswer,
  isJsonObject,
  type Loss,
  ProblemError,
  type Subject,
  type UpstreamOutcome,
  type UpstreamRequest,
  type UpstreamTranslation,
} from '../../src/domain/index.ts';
import type { SmartsheetOptions } from './options.ts';
import { isOwnProblem, readUpstreamProblem } from './read-upstream-problem.ts';
import { readUpstreamUrls } from './read-upstream-urls.ts';
import { isClearUpload, isClearUser, readUpstreamUser } from './read-upstream-user.ts';
import { locateRequest } from './upstream-locate-request.ts';

/** The vendor's errorCode for an unknown user. */
const USER_NOT_FOUND = 1020;

/** Sends commands to Smartsheet's API, which has no deletes, so they are refused. */
export const upstream: UpstreamTranslation<SmartsheetOptions> = {
  supports: ['put-images', 'read-subject', 'locate-images'],

  request(command, { aliases }) {
    if (command.kind === 'put-images') return putRequest(command, userPath(aliases));
    if (command.kind === 'read-subject') {
      return { request: buildBodilessRequest('GET', userPath(aliases)), losses: [] };
    }
    if (command.kind === 'locate-images') {
      return { request: locateRequest(command.requests), losses: [] };
    }
    throw new Error(`Smartsheet has no request for ${command.kind}`);
  },

  isClear(answer, requestedId) {
    const { status, json } = answer;
    if (!isJsonAnswer(answer) || !isJsonObject(json)) return false;
    if (status === 404) return json.errorCode === USER_NOT_FOUND && typeof json.message === 'string';
    return status === 200 && isClearUser(json, requestedId);
  },

  isClearWrite(_put, answer, requestedId) {
    const { status, json } = answer;
    if (!isJsonAnswer(answer) || !isJsonObject(json)) return false;
    return status >= 200 && status <= 299 ? isClearUpload(json, requestedId) : isOwnProblem(status, json);
  },

  answer(command, answer, { options }): UpstreamOutcome {
    if (answer.status < 200 || answer.status > 299) return readUpstreamProblem(answer, options);
    return command.kind === 'locate-images' ? readUpstreamUrls(answer.json) : readUpstreamUser(answer.json);
  },
};

function putRequest(
  command: CommandOf<'put-images'>,
  path: string,
): { request: UpstreamRequest; losses: Loss[] } {
  const put = command.images.find(({ slot }) => slot === 0);
  if (!put) throw new ProblemError({ kind: 'too-many-files', limit: 1 });
  const { fileName, declaredType } = put.upload;
  const contentType = declaredType?.startsWith('image/') ? declaredType : 'application/octet-stream';
  return {
    request: {
      method: 'POST',
      path: `${path}/profileimage`,
      headers: {
        Accept: 'application/json',
        ...(fileName === undefined ? {} : { 'Content-Disposition': attachment(fileName) }),
      },
      body: { kind: 'raw', upload: put.upload, contentType },
    },
    losses: putLosses(command),
  };
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

/** As the official SDKs write it: in quotes and URL-encoded, so that no name can break out of the header. */
function attachment(fileName: string): string {
  return `attachment; filename="${encodeURIComponent(fileName.toWellFormed())}"`;
}

function userPath(aliases: Subject['aliases']): string {
  const id = aliases.smartsheet;
  if (id === undefined) throw new ProblemError({ kind: 'subject-not-found' });
  return `/2.0/users/${encodeURIComponent(id)}`;
}

function buildBodilessRequest(method: string, path: string): UpstreamRequest {
  return { method, path, headers: { Accept: 'application/json' }, body: { kind: 'none' } };
}
