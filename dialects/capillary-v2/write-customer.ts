import {
  BareNumber,
  type ImageView,
  isJsonObject,
  type Json,
  type JsonObject,
  type OutcomeOf,
  type RequestContext,
  type Subject,
  type WireResponse,
} from '../../src/domain/index.ts';
import { type ImagePlace, imageFile } from './image-file.ts';
import type { CapillaryOptions } from './options.ts';
import { embedsImages } from './read-customer.ts';
import { userIdOf } from './user-id.ts';
import { ok } from './write-json.ts';

/**
 * The customer object, without a `data` envelope or an `errors` key. The keys have the order of the vendor's
 * sample. A field that the directory lacks is an empty value of the field's type.
 */
export function writeCustomer(
  { subject, images }: OutcomeOf<'read-subject'>,
  { options, request }: RequestContext<CapillaryOptions>,
): WireResponse {
  const userId = userIdOf(subject);
  const extra: JsonObject = subject.profile.extra?.['capillary-v2'] ?? {};
  const customerImage = images.map((view) => imageElement(view, { orgId: options.orgId, userId }));
  return ok({
    id: new BareNumber(userId),
    profiles: [profileOf(subject, userId, extra.profile)],
    loyaltyInfo: { loyaltyType: '', attributionV2: {}, lifetimePurchases: 0, ...objectIn(extra.loyaltyInfo) },
    segments: objectIn(extra.segments),
    associatedWith: extra.associatedWith ?? '',
    ...(embedsImages(request) ? { customerImage } : {}),
    extendedFields: objectIn(extra.extendedFields),
    cardDetails: extra.cardDetails ?? [],
    warnings: [],
  });
}

function profileOf({ profile }: Subject, userId: string, extra: Json | undefined): JsonObject {
  const { firstName = '', lastName = '', email, phoneNumber } = profile;
  const identifiers = [
    ...(email === undefined ? [] : [{ type: 'email', value: email }]),
    ...(phoneNumber === undefined ? [] : [{ type: 'mobile', value: phoneNumber.replace(/^\+/, '') }]),
  ];
  const empty: JsonObject = {
    firstName,
    lastName,
    attribution: {},
    fields: {},
    allFields: {},
    identifiers,
    commChannels: [],
    source: '',
    userId: new BareNumber(userId),
    accountId: '',
    conflictingProfileList: [],
    autoUpdateTime: '',
    identifiersAll: identifiers,
  };
  return { ...empty, ...objectIn(extra) };
}

/** Both paths are the same signed address. */
function imageElement({ image, url = '' }: ImageView, place: ImagePlace): JsonObject {
  return {
    code: 200,
    file: imageFile(image, place, image.version),
    filePath: url,
    message: 'Success',
    secureFilePath: url,
    status: 'true',
  };
}

function objectIn(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
