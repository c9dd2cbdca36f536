import type { KitRequest } from '../kit-client.ts';
import type { KitContract, KitOperation } from '../kit-contract.ts';
import { multipartBody } from '../multipart-body.ts';
import { type SamplePicture, smallPng } from '../pictures/sample-pictures.ts';
import { type SampleChanges, sampleRequest } from '../sample-request.ts';
import { MAY_CHANGE } from './may-change.ts';

/** Makes requests of one operation that are right but for the given changes. */
export interface Sample {
  (changes?: SampleChanges): { readonly request: KitRequest };
  /** Whether a server may change something because of them. */
  readonly writes: boolean;
}

/** Requests of an operation with a good picture wherever it takes one. */
export function createSample(contract: KitContract, operation: KitOperation): Sample {
  const { translated } = operation;
  const policy = contract.loaded.dialect.intake(contract.setting);
  const picture = translated.body === 'pictures' ? smallPng(policy, 1) : undefined;
  return Object.assign(
    (changes: SampleChanges = {}) => ({
      request: sampleRequest(contract, operation, {
        ...(picture ? { body: pictureBody(contract, [picture]) } : {}),
        ...changes,
      }),
    }),
    { writes: MAY_CHANGE[translated.command] },
  );
}

/** The name of the part that the dialect's policy wants. */
export function fieldName(contract: KitContract): string {
  const { field } = contract.loaded.dialect.intake(contract.setting);
  return field === 'any' ? 'file' : field.name;
}

/** Pictures as the dialect's clients send them: a form where it takes one, else the bare bytes of the first. */
export function pictureBody(
  contract: KitContract,
  pictures: readonly SamplePicture[],
): NonNullable<SampleChanges['body']> {
  const policy = contract.loaded.dialect.intake(contract.setting);
  const [first] = pictures;
  if (!policy.bodies.includes('multipart') && first) {
    return { headers: { 'content-type': first.mediaType }, bytes: first.bytes };
  }
  return multipartBody(
    pictures.map(({ fileName, mediaType, bytes }) => ({
      field: fieldName(contract),
      fileName,
      mediaType,
      bytes,
    })),
  );
}
