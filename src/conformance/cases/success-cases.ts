import type { ConformanceCase, Finding } from '../conformance-case.ts';
import { expectProblem } from '../expect-problem.ts';
import type { KitAnswer, KitClient, KitRequest } from '../kit-client.ts';
import { type KitContract, type KitOperation, operationsOfContract } from '../kit-contract.ts';
import {
  cameraJpeg,
  landscapePng,
  onePixelGif,
  type SamplePicture,
  smallPng,
  transparentPng,
} from '../pictures/sample-pictures.ts';
import { sampleRequest } from '../sample-request.ts';
import { expectClean, expectStored, followAnswer, readPictures } from '../stored-pictures.ts';
import { documentFindings } from './problem-case.ts';
import { pictureBody } from './sample-with-picture.ts';

/** What an operation does when nothing is wrong. */
export function successCases(contract: KitContract, operation: KitOperation): ConformanceCase[] {
  switch (operation.translated.command) {
    case 'put-images':
      return putCases(contract, operation);
    case 'delete-images':
      return deleteCases(contract, operation);
    case 'open-download':
      // Its names are made by other answers, which link to it.
      return [];
    case 'read-person':
    case 'change-person':
    case 'put-people':
    case 'merge-people':
    case 'erase-person':
      // The kit may change a subject's picture but not people, so these have no cases.
      return [];
    default:
      return [readCase(contract, operation)];
  }
}

function readCase(contract: KitContract, operation: KitOperation): ConformanceCase {
  const { operationId } = operation.documented;
  return {
    id: `${operationId}/answers`,
    title: 'a good answer, and every address in it leads to a picture',
    operationId,
    writes: false,
    async run(client) {
      const request = sampleRequest(contract, operation);
      const answer = await client.send(request);
      // Without a picture there is none to be read: no fault of the server's.
      if (operation.translated.command === 'read-image' && answer.status === 404) {
        return expectProblem(contract, operation, request, answer, [{ kind: 'image-not-found' }]);
      }
      const lead = await followAnswer(contract, client, operation, answer);
      const rendition = contract.loaded.dialect.rendition(contract.setting);
      return [...successFindings(contract, operation, request, answer), ...expectClean(lead, rendition)];
    },
  };
}

function successFindings(
  contract: KitContract,
  operation: KitOperation,
  request: KitRequest,
  answer: KitAnswer,
): Finding[] {
  const good = answer.status >= 200 && answer.status < 300;
  return [
    ...(good ? [] : [{ where: 'status', expected: 'success', got: String(answer.status) }]),
    ...documentFindings(contract, operation, request, answer),
  ];
}

/**
 * Good pictures, named for what is special about each. Formats that the dialect does not accept are left out.
 */
function goodPictures(contract: KitContract): Record<string, readonly SamplePicture[]> {
  const policy = contract.loaded.dialect.intake(contract.setting);
  const pictures: Record<string, readonly SamplePicture[]> = {
    landscape: [landscapePng(policy, 3)],
    small: [smallPng(policy, 4)],
    camera: [cameraJpeg(policy)],
    'see-through': [transparentPng(policy)],
    gif: [onePixelGif(policy)],
    ...(policy.maxFiles > 1 ? { 'two-files': [landscapePng(policy, 5), smallPng(policy, 6)] } : {}),
    ...(policy.surplus === 'last-wins'
      ? { 'last-wins': [landscapePng(policy, 7), smallPng(policy, 8)] }
      : {}),
  };
  return Object.fromEntries(
    Object.entries(pictures).filter(([, files]) =>
      files.every(({ format }) => policy.formats.includes(format)),
    ),
  );
}

function putCases(contract: KitContract, operation: KitOperation): ConformanceCase[] {
  const policy = contract.loaded.dialect.intake(contract.setting);
  const { operationId } = operation.documented;
  const stores = (name: string, body: ReturnType<typeof pictureBody>, sent: readonly SamplePicture[]) => ({
    id: `${operationId}/stores-${name}`,
    title: `stores a good picture: ${name}`,
    operationId,
    writes: true,
    async run(client: KitClient) {
      const request = sampleRequest(contract, operation, { body });
      const answer = await client.send(request);
      const faults = successFindings(contract, operation, request, answer);
      if (faults.some(({ where }) => where === 'status')) return faults;
      const direct = await followAnswer(contract, client, operation, answer);
      const reads = await readPictures(contract, client);
      const leads = [direct, ...reads.map(({ lead }) => lead)];
      return [
        ...faults,
        ...leads.flatMap((lead) => expectStored(contract, lead, sent)),
        ...(leads.some(({ pictures }) => pictures.length > 0)
          ? []
          : [{ where: 'picture', expected: 'a way to read it', got: 'none' }]),
      ];
    },
  });
  const forms = Object.entries(goodPictures(contract)).map(([name, pictures]) =>
    stores(
      name,
      pictureBody(contract, pictures),
      policy.surplus === 'last-wins' ? pictures.slice(-1) : pictures,
    ),
  );
  const raw = cameraJpeg(policy);
  return policy.bodies.includes('raw')
    ? [
        ...forms,
        // The vendor's Java SDK sends JSON's type with a picture's bytes: the type is in the bytes.
        stores('raw-mistyped', { headers: { 'content-type': 'application/json' }, bytes: raw.bytes }, [raw]),
      ]
    : forms;
}

function deleteCases(contract: KitContract, operation: KitOperation): ConformanceCase[] {
  const { operationId } = operation.documented;
  const put = putFor(contract);
  const prepare = async (client: KitClient) => {
    if (put) await client.send(put);
  };
  return [
    {
      id: `${operationId}/deletes`,
      title: 'deletes the picture, which is not there afterwards',
      operationId,
      writes: true,
      async run(client) {
        await prepare(client);
        const before = await picturesOf(contract, client);
        const request = sampleRequest(contract, operation);
        const answer = await client.send(request);
        const after = await picturesOf(contract, client);
        return [
          ...successFindings(contract, operation, request, answer),
          ...(after < before
            ? []
            : [{ where: 'picture', expected: `fewer than ${before}`, got: String(after) }]),
        ];
      },
    },
    {
      id: `${operationId}/deletes-nothing`,
      title: 'says so where there is nothing to delete',
      operationId,
      writes: true,
      async run(client) {
        await prepare(client);
        const request = sampleRequest(contract, operation);
        await client.send(request);
        const answer = await client.send(request);
        return [
          ...expectProblem(contract, operation, request, answer, [{ kind: 'image-not-found' }]),
          ...documentFindings(contract, operation, request, answer),
        ];
      },
    },
  ];
}

function putFor(contract: KitContract): KitRequest | undefined {
  const operation = operationsOfContract(contract).find(
    ({ translated }) => translated.command === 'put-images',
  );
  if (!operation) return undefined;
  const policy = contract.loaded.dialect.intake(contract.setting);
  return sampleRequest(contract, operation, { body: pictureBody(contract, [smallPng(policy, 9)]) });
}

async function picturesOf(contract: KitContract, client: KitClient): Promise<number> {
  const reads = await readPictures(contract, client);
  return reads.reduce((sum, { lead }) => sum + lead.pictures.length, 0);
}
