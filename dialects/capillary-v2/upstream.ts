import {
  type Command,
  type CommandOf,
  isId,
  isJsonAnswer,
  isJsonObject,
  type Json,
  type JsonObject,
  type Loss,
  ProblemError,
  type Subject,
  type SubjectProfile,
  type UpstreamImage,
  type UpstreamOutcome,
  type UpstreamRequest,
  type UpstreamTranslation,
} from '../../src/domain/index.ts';
import type { CapillaryOptions } from './options.ts';
import { errorCodeIn, readUpstreamProblem } from './read-upstream-problem.ts';

/** The vendor's code for a customer who does not exist. */
const CUSTOMER_NOT_FOUND = 8015;

/** Capillary spoken as a client. Its API cannot ask for images by id. */
export const upstream: UpstreamTranslation<CapillaryOptions> = {
  supports: ['put-images', 'read-subject', 'delete-images'],

  request(command, { aliases }) {
    const path = customerPath(aliases);
    if (command.kind === 'put-images') return putRequest(command, path);
    if (command.kind === 'read-subject') {
      return { request: bodiless('GET', `${path}?embed=CUSTOMERIMAGE&source=INSTORE`), losses: [] };
    }
    if (command.kind === 'delete-images') {
      return {
        request: bodiless('DELETE', `${path}/deleteImage?image_ids=${command.slots.join(',')}`),
        losses: conditionLoss(command.onlyIf),
      };
    }
    throw new Error(`${command.kind} has no words in this API`);
  },

  isClear(answer, askedFor) {
    const { status, json } = answer;
    if (!isJsonAnswer(answer) || !isJsonObject(json)) return false;
    const code = errorCodeIn(json);
    if (code !== undefined) return code === CUSTOMER_NOT_FOUND;
    // The request asked for it. An answer without it does not tell whether there are pictures.
    const images = json.customerImage;
    return (
      status === 200 &&
      isId(json.id, askedFor) &&
      Array.isArray(images) &&
      images.every((element: Json) => imageIn(element).length === 1)
    );
  },

  answer(command, answer, { options }): UpstreamOutcome {
    const problem = readUpstreamProblem(answer, options);
    if (problem) return { kind: 'problem', problem };
    // Every success of this API is a JSON object. Any other body comes from a proxy in between.
    if (!isJsonObject(answer.json)) return { kind: 'problem', problem: { kind: 'upstream-unavailable' } };
    return { kind: 'done', profile: profileIn(answer.json), images: imagesIn(command, answer.json) };
  },
};

/** The n-th file becomes the n-th image, so the request can only express slots 0 to n without gaps. */
function putRequest(
  command: CommandOf<'put-images'>,
  path: string,
): { request: UpstreamRequest; losses: readonly Loss[] } {
  const inOrder = [...command.images].sort((one, other) => one.slot - other.slot);
  const sayable = inOrder.filter(({ slot }, index) => slot === index);
  if (sayable.length === 0) throw new ProblemError({ kind: 'too-many-files', limit: 5 });
  const { attributionType, attributionCode, ...otherNotes } = command.notes ?? {};
  return {
    request: {
      method: 'POST',
      path: `${path}/setImage`,
      headers: {
        Accept: 'application/json',
        ...(attributionType === undefined ? {} : { 'X-CAP-API-ATTRIBUTION-ENTITY-TYPE': attributionType }),
        ...(attributionCode === undefined ? {} : { 'X-CAP-API-ATTRIBUTION-ENTITY-CODE': attributionCode }),
      },
      body: { kind: 'multipart', parts: sayable.map(({ upload }) => ({ name: 'file', upload })) },
    },
    losses: [
      ...inOrder.slice(sayable.length).map(
        ({ slot }): Loss => ({
          field: `images[${slot}]`,
          fate: 'dropped',
          note: 'files fill the images from 0 without a gap',
        }),
      ),
      ...Object.keys(otherNotes).map(
        (name): Loss => ({
          field: `notes.${name}`,
          fate: 'dropped',
          note: 'an add carries attribution alone',
        }),
      ),
      ...conditionLoss(command.onlyIf),
    ],
  };
}

function conditionLoss(onlyIf: unknown): Loss[] {
  return onlyIf ? [{ field: 'onlyIf', fate: 'dropped', note: 'requests cannot be conditional' }] : [];
}

function imagesIn(command: Command, json: JsonObject): UpstreamImage[] {
  const elements = command.kind === 'put-images' ? json.data : json.customerImage;
  return Array.isArray(elements) ? elements.flatMap((element: Json) => imageIn(element)) : [];
}

function imageIn(element: Json): UpstreamImage[] {
  const file = isJsonObject(element) ? element.file : undefined;
  if (!isJsonObject(element) || !isJsonObject(file)) return [];
  const slot = typeof file.name === 'string' ? Number(file.name.split('/').at(-1)) : Number.NaN;
  if (!Number.isInteger(slot)) return [];
  const url = element.secureFilePath ?? element.filePath;
  const bytes = Number(file.fileSize);
  return [
    {
      slot,
      ...(typeof url === 'string' && url !== '' ? { url } : {}),
      ...(Number.isSafeInteger(bytes) ? { bytes } : {}),
      ...(typeof file.version === 'number' && file.version > 0 ? { version: file.version } : {}),
    },
  ];
}

function profileIn({ profiles }: JsonObject): SubjectProfile {
  const [profile] = Array.isArray(profiles) ? profiles : [];
  if (!isJsonObject(profile)) return {};
  const { firstName, lastName } = profile;
  return {
    ...(typeof firstName === 'string' ? { firstName } : {}),
    ...(typeof lastName === 'string' ? { lastName } : {}),
  };
}

function customerPath(aliases: Subject['aliases']): string {
  const id = aliases['capillary-v2'];
  if (id === undefined) throw new ProblemError({ kind: 'subject-not-found' });
  return `/v2/customers/${encodeURIComponent(id)}`;
}

function bodiless(method: string, path: string): UpstreamRequest {
  return { method, path, headers: { Accept: 'application/json' }, body: { kind: 'none' } };
}
