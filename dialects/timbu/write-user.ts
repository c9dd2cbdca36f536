import {
  type ImageView,
  type Json,
  type JsonObject,
  type OutcomeOf,
  ProblemError,
  type RequestContext,
  type Subject,
  type WireResponse,
} from '../../src/domain/index.ts';
import { pictureAddress } from './picture-address.ts';

/**
 * The answer to an upload. The page calls the picture `profile_image`; the server behind it says `image_url`.
 */
export function writeUpdatedUser(
  { subject, images }: OutcomeOf<'put-images'>,
  { profile }: Pick<RequestContext<unknown>, 'profile'>,
): WireResponse {
  const { firstName = '', lastName = '', email = '', phoneNumber = '' } = subject.profile;
  return ok({
    data: {
      id: userId(subject),
      first_name: firstName,
      last_name: lastName,
      email,
      phone_number: phoneNumber,
      [profile === 'observed' ? 'image_url' : 'profile_image']: pictureAddress(pictureIn(images), profile),
    },
  });
}

/**
 * The bare user object. It has only the fields that the contract names, even where the directory knows more.
 */
export function writeUser(
  { subject, images }: OutcomeOf<'read-subject'>,
  { profile }: Pick<RequestContext<unknown>, 'profile'>,
): WireResponse {
  const { firstName = '', lastName = '', email = '', phoneNumber = '', extra } = subject.profile;
  const own = extra?.timbu;
  return ok({
    id: userId(subject),
    email,
    first_name: firstName,
    last_name: lastName,
    phone_number: phoneNumber,
    phone_country_code: text(own, 'phone_country_code'),
    image_url: pictureAddress(pictureIn(images), profile),
    device_id: text(own, 'device_id'),
    google_id: text(own, 'google_id'),
    google_image_url: text(own, 'google_image_url'),
  });
}

function pictureIn(images: readonly ImageView[]): ImageView | undefined {
  return images.find(({ image }) => image.slot === 0);
}

function userId({ aliases }: Subject): string {
  const id = aliases.timbu;
  if (id === undefined) throw new ProblemError({ kind: 'subject-not-found' });
  return id;
}

function text(own: JsonObject | undefined, field: string): string {
  const value = own?.[field];
  return typeof value === 'string' ? value : '';
}

function ok(value: Json): WireResponse {
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: { kind: 'json', value } };
}
