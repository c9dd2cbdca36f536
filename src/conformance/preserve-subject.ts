import { pictureBody } from './cases/sample-with-picture.ts';
import { createKitClient, type KitClient } from './kit-client.ts';
import { type KitContract, type KitOperation, operationsOfContract } from './kit-contract.ts';
import { inspectPicture } from './pictures/inspect-picture.ts';
import type { SamplePicture } from './pictures/sample-pictures.ts';
import { sampleRequest } from './sample-request.ts';
import { readPictures } from './stored-pictures.ts';

/** What the subject looked like before the writing cases. */
export interface PreservedSubject {
  /**
   * Restores the pictures that were there before and deletes new ones, where the dialect can. Never throws.
   */
  putBack(): Promise<void>;
  /** What could not be put back. */
  notes(): readonly string[];
}

/** Reads the pictures of the target's subject through the dialect. */
export async function preserveSubject(contract: KitContract): Promise<PreservedSubject> {
  const client = createKitClient(contract.target.url, () => undefined);
  const notes: string[] = [];
  const before = await distinctPictures(contract, client);
  return {
    notes: () => notes,
    async putBack() {
      try {
        const note = await putBack(contract, client, before);
        if (note !== undefined) notes.push(note);
      } catch (cause) {
        notes.push(`the subject's picture could not be put back: ${String(cause)}`);
      }
    },
  };
}

async function putBack(
  contract: KitContract,
  client: KitClient,
  before: readonly Buffer[],
): Promise<string | undefined> {
  await deleteAll(contract, client);
  const put = operationFor(contract, 'put-images');
  if (put && before.length > 0) {
    const request = sampleRequest(contract, put, { body: pictureBody(contract, before.map(asSample)) });
    const { status, body } = await client.send(request);
    return status < 300
      ? undefined
      : `the subject's picture could not be put back: ${status} ${body.toString().slice(0, 200)}`;
  }
  const left = await distinctPictures(contract, client);
  return left.length > before.length
    ? 'the subject had no picture and now has one: the dialect has no way to delete it'
    : undefined;
}

/**
 * One delete for each slot: the parameter that the document marks with `x-polyface-slot` takes its number.
 */
async function deleteAll(contract: KitContract, client: KitClient): Promise<void> {
  const remove = operationFor(contract, 'delete-images');
  if (!remove) return;
  const list = remove.documented.parameters.find((parameter) => parameter['x-polyface-slot'] === true);
  const { slots } = contract.loaded.dialect.intake(contract.setting);
  for (let slot = 0; slot < slots; slot += 1) {
    await client.send(sampleRequest(contract, remove, list ? { params: { [list.name]: String(slot) } } : {}));
  }
}

function operationFor(contract: KitContract, command: string): KitOperation | undefined {
  return operationsOfContract(contract).find(({ translated }) => translated.command === command);
}

/** The pictures that one reading of the subject leads to; two addresses of one picture count once. */
async function distinctPictures(contract: KitContract, client: KitClient): Promise<readonly Buffer[]> {
  const [read] = await readPictures(contract, client);
  const found = (read?.lead.pictures ?? []).map(({ bytes }) => bytes);
  return found.filter((bytes, index) => found.findIndex((other) => other.equals(bytes)) === index);
}

function asSample(bytes: Buffer): SamplePicture {
  const { format, width = 0, height = 0 } = inspectPicture(bytes);
  const known = format === 'other' ? 'jpeg' : format;
  return {
    bytes,
    format: known,
    mediaType: `image/${known}`,
    fileName: `restored.${known}`,
    width,
    height,
    transparent: false,
  };
}
