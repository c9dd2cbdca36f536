import {
  type Command,
  type CommandOf,
  isId,
  isJsonAnswer,
  isJsonObject,
  isTextOrNone,
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
import { errorCodeIn, isOwnProblem, readUpstreamProblem } from './read-upstream-problem.ts';

/** The vendor's code for a customer who does not exist. */
const CUSTOMER_NOT_FOUND = 8015;

/** Sends commands to Capillary's API, which cannot read an image by its id. */
export const upstream: UpstreamTranslation<CapillaryOptions> = {
  supports: ['put-images', 'read-subject', 'delete-images'],

  request(command, { aliases }) {
    const path = buildCustomerPath(aliases);
    if (command.kind === 'put-images') return buildPutRequest(command, path);
    if (command.kind === 'read-subject') {
      return {
        request: buildBodilessRequest('GET', `${path}?embed=CUSTOMERIMAGE&source=INSTORE`),
        losses: [],
      };
    }
    if (command.kind === 'delete-images') {
      return {
        request: buildBodilessRequest('DELETE', `${path}/deleteImage?image_ids=${command.slots.join(',')}`),
        losses: listConditionLosses(command.onlyIf),
      };
    }
    throw new Error(`Capillary has no request for ${command.kind}`);
  },

  isClear(answer, requestedId) {
    const { status, json } = answer;
    if (!isJsonAnswer(answer) || !isJsonObject(json)) return false;
    const code = errorCodeIn(json);
    if (code !== undefined) return code === CUSTOMER_NOT_FOUND;
    // The request asked for `customerImage`. An answer without it does not tell whether there are pictures.
    const images = json.customerImage;
    return (
      status === 200 &&
      isId(json.id, requestedId) &&
      Array.isArray(images) &&
      images.every((element: Json) => isClearImage(element))
    );
  },

  isClearWrite(command, answer, requestedId) {
    const { status, json } = answer;
    if (!isJsonAnswer(answer) || !isJsonObject(json)) return false;
    const code = errorCodeIn(json);
    if (code !== undefined) return isOwnProblem(status, code);
    if (status < 200 || status > 299) return false;
    return command.kind === 'put-images' ? namesAllFiles(json, command, requestedId) : saysDeleted(json);
  },

  answer(command, answer, { options }): UpstreamOutcome {
    const problem = readUpstreamProblem(answer, options);
    if (problem) return { kind: 'problem', problem };
    // Every success of this API is a JSON object. Any other body comes from a proxy in between.
    if (!isJsonObject(answer.json)) return { kind: 'problem', problem: { kind: 'upstream-unavailable' } };
    return { kind: 'done', profile: readProfile(answer.json), images: readImages(command, answer.json) };
  },
};

/** The n-th file becomes the n-th image, so the request can only express slots 0 to n without gaps. */
function buildPutRequest(
  command: CommandOf<'put-images'>,
  path: string,
): { request: UpstreamRequest; losses: readonly Loss[] } {
  const { inOrder, contiguous } = orderImages(command);
  // The API has no way to send a file for a later slot alone.
  if (contiguous.length === 0) throw new ProblemError({ kind: 'too-many-files', limit: 5 });
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
      body: { kind: 'multipart', parts: contiguous.map(({ upload }) => ({ name: 'file', upload })) },
    },
    losses: [
      ...inOrder.slice(contiguous.length).map(
        ({ slot }): Loss => ({
          field: `images[${slot}]`,
          fate: 'dropped',
          note: 'the API numbers files from 0, so files after a gap are dropped',
        }),
      ),
      ...Object.keys(otherNotes).map(
        (name): Loss => ({
          field: `notes.${name}`,
          fate: 'dropped',
          note: 'setImage accepts notes on attribution alone',
        }),
      ),
      ...listConditionLosses(command.onlyIf),
    ],
  };
}

function orderImages({ images }: CommandOf<'put-images'>) {
  const inOrder = [...images].sort((one, other) => one.slot - other.slot);
  return { inOrder, contiguous: inOrder.filter(({ slot }, index) => slot === index) };
}

/** Whether the answer has a row for each file that was sent, of this customer. */
function namesAllFiles(
  { data }: JsonObject,
  command: CommandOf<'put-images'>,
  requestedId: string | undefined,
): boolean {
  if (!Array.isArray(data)) return false;
  const slots = data.map((row: Json) => slotOfCustomer(row, requestedId));
  return orderImages(command).contiguous.every(({ slot }) => slots.includes(slot));
}

function slotOfCustomer(row: Json, requestedId: string | undefined): number | undefined {
  if (!isJsonObject(row) || !isJsonObject(row.file) || row.code !== 200) return undefined;
  const { name } = row.file;
  // organisation/customer/slot
  const customer = typeof name === 'string' ? name.split('/').at(-2) : undefined;
  const isAboutOther = requestedId !== undefined && customer !== requestedId;
  return isAboutOther ? undefined : readImage(row)[0]?.slot;
}

/** The printed success has a row for each picture. An empty list says it as well, since there is no error. */
function saysDeleted({ data, errors }: JsonObject): boolean {
  const isDone = (row: Json) => isJsonObject(row) && row.code === 200;
  return Array.isArray(data) && Array.isArray(errors) && data.every(isDone);
}

function listConditionLosses(onlyIf: unknown): Loss[] {
  return onlyIf ? [{ field: 'onlyIf', fate: 'dropped', note: 'requests cannot be conditional' }] : [];
}

function readImages(command: Command, json: JsonObject): UpstreamImage[] {
  const elements = command.kind === 'put-images' ? json.data : json.customerImage;
  return Array.isArray(elements) ? elements.flatMap((element: Json) => readImage(element)) : [];
}

/** Whether an element names its slot, and an address at which the picture can be fetched. */
function isClearImage(element: Json): boolean {
  const [image] = readImage(element);
  if (!image || !isJsonObject(element)) return false;
  return image.url !== undefined && isTextOrNone(element.secureFilePath) && isTextOrNone(element.filePath);
}

function readImage(element: Json): UpstreamImage[] {
  const file = isJsonObject(element) ? element.file : undefined;
  if (!isJsonObject(element) || !isJsonObject(file)) return [];
  // The vendor names files by a path that ends with the slot.
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

function readProfile({ profiles }: JsonObject): SubjectProfile {
  const [profile] = Array.isArray(profiles) ? profiles : [];
  if (!isJsonObject(profile)) return {};
  const { firstName, lastName } = profile;
  return {
    ...(typeof firstName === 'string' ? { firstName } : {}),
    ...(typeof lastName === 'string' ? { lastName } : {}),
  };
}

function buildCustomerPath(aliases: Subject['aliases']): string {
  const id = aliases['capillary-v2'];
  if (id === undefined) throw new ProblemError({ kind: 'subject-not-found' });
  return `/v2/customers/${encodeURIComponent(id)}`;
}

function buildBodilessRequest(method: string, path: string): UpstreamRequest {
  return { method, path, headers: { Accept: 'application/json' }, body: { kind: 'none' } };
}
