import {
  isJsonObject,
  type Json,
  type JsonObject,
  type SubjectProfile,
  type UpstreamImage,
  type UpstreamOutcome,
} from '../../src/domain/index.ts';

/** The user of an answer, under `data` or bare, whichever profile the backend speaks. */
export function readUpstreamUser(json: Json | undefined): UpstreamOutcome {
  const user = isJsonObject(json) && isJsonObject(json.data) ? json.data : json;
  return isJsonObject(user) && user.id !== undefined
    ? { kind: 'done', profile: profileOf(user), images: imagesOf(user) }
    : { kind: 'problem', problem: { kind: 'upstream-unavailable' } };
}

function profileOf(user: JsonObject): SubjectProfile {
  const { first_name: firstName, last_name: lastName, email, phone_number: phoneNumber } = user;
  return {
    ...(filled(firstName) && { firstName }),
    ...(filled(lastName) && { lastName }),
    ...(filled(email) && { email }),
    ...(filled(phoneNumber) && { phoneNumber }),
  };
}

/** Relative addresses lie below `/images/`, as the vendor's clients complete them. */
function imagesOf({ profile_image: documented, image_url: observed }: JsonObject): UpstreamImage[] {
  const address = filled(documented) ? documented : observed;
  if (!filled(address)) return [];
  return [
    { slot: 0, url: /^https?:\/\//i.test(address) ? address : `/images/${address.replace(/^\/+/, '')}` },
  ];
}

function filled(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '';
}
