import { BareNumber, type OutcomeOf, ProblemError, type WireResponse } from '../../src/domain/index.ts';
import { JSON_TYPE } from './write-image-url.ts';

/**
 * Values that the vendor's own document requires of every customer and that a picture store does not know.
 * `extra.magicline-v1` of a person overrides them.
 */
const REQUIRED_DEFAULTS = { status: 'MEMBER', accessRefusal: false };

/** The customer; `imageUrl` is absent when there is no picture. */
export function writeCustomer({ subject, images }: OutcomeOf<'read-subject'>): WireResponse {
  const id = subject.aliases['magicline-v1'];
  // A person without a customer id is not a customer of this API.
  if (id === undefined) throw new ProblemError({ kind: 'subject-not-found' });
  const { firstName = '', lastName = '', email, phoneNumber, extra } = subject.profile;
  return {
    status: 200,
    headers: { 'Content-Type': JSON_TYPE },
    body: {
      kind: 'json',
      value: {
        id: new BareNumber(id),
        firstName,
        lastName,
        email,
        phonePrivate: phoneNumber,
        ...REQUIRED_DEFAULTS,
        ...extra?.['magicline-v1'],
        imageUrl: images.find(({ image }) => image.slot === 0)?.url,
      },
    },
  };
}
