import {
  isId,
  isJsonObject,
  isTextOrNone,
  type Json,
  type JsonObject,
  type SubjectProfile,
  type UpstreamImage,
  type UpstreamOutcome,
} from '../../src/domain/index.ts';

/** The user of an answer, under `data` or bare, so that both profiles of a backend can be read. */
export function readUpstreamUser(json: Json | undefined): UpstreamOutcome {
  const user = isJsonObject(json) && isJsonObject(json.data) ? json.data : json;
  return isJsonObject(user) && user.id !== undefined
    ? { kind: 'done', profile: profileOf(user), images: imagesOf(user) }
    : { kind: 'problem', problem: { kind: 'upstream-unavailable' } };
}

/** What only this API prints of a user. */
const EXTRA = ['phone_country_code', 'device_id', 'google_id', 'google_image_url'];

/** Whether the answer is about the user who was asked for, with the fields of a picture as they should be. */
export function isClearUser(json: JsonObject, requestedId: string): boolean {
  const user = isJsonObject(json.data) ? json.data : json;
  return isId(user.id, requestedId) && picturesOf(user).every(isTextOrNone);
}

/** The same of the answer to an upload, which prints the picture. */
export function isClearUpload({ data: user }: JsonObject, requestedId: string | undefined): boolean {
  if (!isJsonObject(user) || user.id === undefined) return false;
  if (requestedId !== undefined && !isId(user.id, requestedId)) return false;
  const pictures = picturesOf(user);
  return pictures.every(isTextOrNone) && pictures.some(isFilled);
}

function picturesOf({ profile_image: documented, image_url: observed, image: released }: JsonObject) {
  return [documented, observed, released];
}

function profileOf(user: JsonObject): SubjectProfile {
  const extra = Object.entries(user).filter(([name, value]) => EXTRA.includes(name) && isFilled(value));
  const { first_name: firstName, last_name: lastName, email, phone_number: phoneNumber } = user;
  return {
    ...(isFilled(firstName) && { firstName }),
    ...(isFilled(lastName) && { lastName }),
    ...(isFilled(email) && { email }),
    ...(isFilled(phoneNumber) && { phoneNumber }),
    ...(extra.length > 0 && { extra: { timbu: Object.fromEntries(extra) } }),
  };
}

/**
 * Relative addresses lie below `/images/`, as the vendor's clients complete them. Released versions of the
 * server (BigFastAPI 0.5) call the address `image`, and it is a path of the server.
 */
function imagesOf({
  profile_image: documented,
  image_url: observed,
  image: released,
}: JsonObject): UpstreamImage[] {
  const address = isFilled(documented) ? documented : observed;
  if (!isFilled(address)) return isFilled(released) ? [{ slot: 0, url: released }] : [];
  return [
    { slot: 0, url: /^https?:\/\//i.test(address) ? address : `/images/${address.replace(/^\/+/, '')}` },
  ];
}

function isFilled(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '';
}
