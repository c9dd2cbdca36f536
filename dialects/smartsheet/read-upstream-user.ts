import {
  isId,
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  type SubjectProfile,
  type UpstreamImage,
  type UpstreamOutcome,
} from '../../src/domain/index.ts';
import { locateRequest } from './upstream-locate-request.ts';

/**
 * The user of an answer: bare, in the list under `data`, or under `result`, so that both profiles of a
 * backend can be read.
 */
export function readUpstreamUser(json: Json | undefined): UpstreamOutcome {
  const user = userIn(json);
  return user
    ? { kind: 'done', profile: profileOf(user), images: imagesOf(user) }
    : { kind: 'problem', problem: { kind: 'upstream-unavailable' } };
}

/** Whether the answer is about the user who was asked for, with the fields of a picture as they should be. */
export function isClearUser(json: Json, requestedId: string): boolean {
  const user = userIn(json);
  if (!user || !isId(user.id, requestedId)) return false;
  const { profileImage } = user;
  if (profileImage === undefined || profileImage === null) return true;
  return isJsonObject(profileImage) && isFilled(profileImage.imageId);
}

/** The same of the answer to an upload, which says that it succeeded, and prints the picture. */
export function isClearUpload(json: JsonObject, requestedId: string | undefined): boolean {
  const user = json.resultCode === 0 ? userIn(json) : undefined;
  if (!user || (requestedId !== undefined && !isId(user.id, requestedId))) return false;
  return isJsonObject(user.profileImage) && isFilled(user.profileImage.imageId);
}

function userIn(json: Json | undefined): JsonObject | undefined {
  if (!isJsonObject(json)) return undefined;
  if (isJsonObject(json.result)) return json.result;
  if (!isJsonArray(json.data)) return json.resultCode === undefined ? json : undefined;
  const [first] = json.data;
  return isJsonObject(first) ? first : undefined;
}

function profileOf({ firstName, lastName, email }: JsonObject): SubjectProfile {
  return {
    ...(isFilled(firstName) && { firstName }),
    ...(isFilled(lastName) && { lastName }),
    ...(isFilled(email) && { email }),
  };
}

/** The answer names no address; `POST /2.0/imageurls` gives one. */
function imagesOf({ profileImage }: JsonObject): UpstreamImage[] {
  if (!isJsonObject(profileImage) || !isFilled(profileImage.imageId)) return [];
  const { imageId, width, height } = profileImage;
  return [
    {
      slot: 0,
      locate: locateRequest([{ label: imageId }]),
      ...(typeof width === 'number' && { width }),
      ...(typeof height === 'number' && { height }),
    },
  ];
}

function isFilled(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '';
}
