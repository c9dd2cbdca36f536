import type { OutcomeOf, WireResponse } from '../../src/domain/index.ts';

/** The stored picture itself. */
export function writeProfileImage({
  picture,
  attachment,
  modifiedAtMs,
}: OutcomeOf<'open-download'>): WireResponse {
  return {
    status: 200,
    headers: {},
    body: { kind: 'picture', picture, attachment, ...(modifiedAtMs !== undefined && { modifiedAtMs }) },
  };
}
