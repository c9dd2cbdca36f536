import type { Rendition } from '../domain/index.ts';
import { documentFindings } from './cases/problem-case.ts';
import type { Finding } from './conformance-case.ts';
import { expectPicture } from './expect-picture.ts';
import { checkDownload, pictureAddresses, typeFindings } from './follow-downloads.ts';
import { linkedRequests } from './follow-links.ts';
import type { KitAnswer, KitClient, KitRequest } from './kit-client.ts';
import { exchangeFor, type KitContract, type KitOperation, operationsOfContract } from './kit-contract.ts';
import { inspectPicture } from './pictures/inspect-picture.ts';
import type { SamplePicture } from './pictures/sample-pictures.ts';
import { headOf, isSampleable, sampleRequest } from './sample-request.ts';

/** A picture that an answer led to, and the faults found on the way. */
interface FoundPicture {
  readonly bytes: Buffer;
  readonly findings: readonly Finding[];
}

/**
 * The places that an answer leads to: its addresses, what its links name, and its body where that is a
 * picture.
 */
export interface Lead {
  readonly pictures: readonly FoundPicture[];
  readonly findings: readonly Finding[];
}

/** Follows an answer to every picture that it leads to. */
export async function followAnswer(
  contract: KitContract,
  client: KitClient,
  operation: KitOperation,
  answer: KitAnswer,
  links = true,
): Promise<Lead> {
  if ((answer.headers['content-type'] ?? '').startsWith('image/')) {
    const findings = typeFindings(answer, 'header Content-Type');
    return { pictures: [{ bytes: answer.body, findings }], findings };
  }
  const pictures: FoundPicture[] = [];
  const findings: Finding[] = [];
  for (const address of pictureAddresses(contract, operation, answer)) {
    const download = await checkDownload(client, address);
    if (download.bytes) pictures.push({ bytes: download.bytes, findings: download.findings });
    findings.push(...download.findings);
  }
  for (const linked of links ? linkedRequests(contract, operation, answer) : []) {
    const next = await client.send(linked.request);
    findings.push(...documentFindings(contract, linked.operation, linked.request, next));
    if (next.status >= 400) {
      findings.push({ where: 'link/status', expected: 'a good answer', got: String(next.status) });
      continue;
    }
    // One step is enough. A list that links to itself must not lead in a circle.
    const lead = await followAnswer(contract, client, linked.operation, next, false);
    pictures.push(...lead.pictures);
    findings.push(...lead.findings);
  }
  return { pictures, findings };
}

/**
 * The operations that show the target's own subject. Operations about the caller are left out where callers
 * cannot write, because the caller may be another person.
 */
export function readingOperations(contract: KitContract): KitOperation[] {
  const operations = operationsOfContract(contract).filter((operation) => isSampleable(contract, operation));
  const isAboutCaller = (operation: KitOperation) => {
    const head = headOf(sampleRequest(contract, operation), operation);
    return operation.translated.subject?.(head, exchangeFor(contract, head, 0)).kind === 'caller';
  };
  const callersWrite = operations.some(
    (operation) => operation.translated.command === 'put-images' && isAboutCaller(operation),
  );
  return operations.filter(
    (operation) =>
      (operation.translated.command === 'read-subject' || operation.translated.command === 'read-image') &&
      (callersWrite || !isAboutCaller(operation)),
  );
}

/** Reads the subject in every way that the dialect has, and collects the pictures. */
export async function readPictures(
  contract: KitContract,
  client: KitClient,
): Promise<readonly { readonly request: KitRequest; readonly lead: Lead }[]> {
  const reads = [];
  for (const operation of readingOperations(contract)) {
    const request = sampleRequest(contract, operation);
    const answer = await client.send(request);
    if (answer.status !== 200) continue;
    const faults = documentFindings(contract, operation, request, answer);
    const lead = await followAnswer(contract, client, operation, answer);
    reads.push({ request, lead: { ...lead, findings: [...faults, ...lead.findings] } });
  }
  return reads;
}

/**
 * Compares the pictures that an answer led to with those that were sent. With one slot every found picture
 * must match. With several slots each sent picture must be found.
 */
export function expectStored(
  contract: KitContract,
  found: Lead,
  sent: readonly SamplePicture[],
): readonly Finding[] {
  const { dialect } = contract.loaded;
  const rendition = dialect.rendition(contract.setting);
  const single = dialect.intake(contract.setting).slots === 1;
  const [first] = sent;
  if (single && first) {
    return [
      ...found.findings,
      ...found.pictures.flatMap(({ bytes }) => expectPicture(bytes, first, rendition)),
    ];
  }
  const closest = sent.flatMap((picture) => {
    const attempts = found.pictures.map(({ bytes }) => expectPicture(bytes, picture, rendition));
    return attempts.sort((a, b) => a.length - b.length)[0] ?? [];
  });
  return [...found.findings, ...closest];
}

/** Checks a picture that the kit did not send itself: a rendition must carry no metadata. */
export function expectClean(found: Lead, rendition: Rendition): readonly Finding[] {
  const blocks =
    rendition === 'original' ? [] : found.pictures.flatMap(({ bytes }) => inspectPicture(bytes).metadata);
  return [
    ...found.findings,
    ...blocks.map((block) => ({ where: 'picture/metadata', expected: 'none', got: block })),
  ];
}
