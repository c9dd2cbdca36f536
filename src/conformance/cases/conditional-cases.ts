import type { ConformanceCase, Finding } from '../conformance-case.ts';
import type { KitAnswer, KitClient } from '../kit-client.ts';
import type { KitContract, KitOperation } from '../kit-contract.ts';
import { sampleRequest } from '../sample-request.ts';
import { problemCase } from './problem-case.ts';
import { createSample } from './sample-with-picture.ts';

/** An entity tag that no picture has. */
const NO_SUCH_TAG = '"00000000000000000000000000000000"';

/**
 * Conditional and partial reads of a picture, and writes whose condition does not hold. Only where the
 * document has them.
 */
export function conditionalCases(contract: KitContract, operation: KitOperation): ConformanceCase[] {
  const { command } = operation.translated;
  if (command === 'read-image') return readCases(contract, operation);
  const conditional = operation.documented.parameters.some(
    ({ name, in: where }) => where === 'header' && name.toLowerCase() === 'if-match',
  );
  // Other conditions hold for other things than pictures, and refuse with other problems.
  if (!conditional || (command !== 'put-images' && command !== 'delete-images')) return [];
  const sample = createSample(contract, operation);
  return [
    problemCase(contract, {
      operation,
      under: operation.documented.operationId,
      name: 'if-match-fails',
      title: 'a write on the condition that a picture of another id is there',
      writes: sample.writes,
      request: () => {
        const { request } = sample();
        return { ...request, headers: { ...request.headers, 'if-match': NO_SUCH_TAG } };
      },
      problems: [{ kind: 'conflict', reason: 'precondition' }],
    }),
  ];
}

function readCases(contract: KitContract, operation: KitOperation): ConformanceCase[] {
  const { operationId, operation: documented } = operation.documented;
  const conditional = (
    status: string,
    title: string,
    headersFor: (whole: KitAnswer) => Record<string, string>,
    judge: (part: KitAnswer, whole: KitAnswer) => Finding[],
  ): ConformanceCase[] =>
    documented.responses?.[status]
      ? [
          {
            id: `${operationId}/answers-${status}`,
            title,
            operationId,
            writes: false,
            run: (client) => readTwice(client, status, headersFor, judge),
          },
        ]
      : [];
  async function readTwice(
    client: KitClient,
    status: string,
    headersFor: (whole: KitAnswer) => Record<string, string>,
    judge: (part: KitAnswer, whole: KitAnswer) => Finding[],
  ): Promise<Finding[]> {
    const request = sampleRequest(contract, operation);
    const whole = await client.send(request);
    if (whole.status !== 200) return [];
    const part = await client.send({ ...request, headers: { ...request.headers, ...headersFor(whole) } });
    return [...reportDifference('status', status, String(part.status)), ...judge(part, whole)];
  }
  return [
    ...conditional(
      '304',
      'a copy that is still good is not sent again',
      ({ headers }) => ({ 'if-none-match': headers.etag ?? '' }),
      ({ body }) => reportDifference('body', '0 bytes', `${body.byteLength} bytes`),
    ),
    ...conditional(
      '206',
      'a part of the picture',
      () => ({ range: 'bytes=2-9' }),
      (part, whole) =>
        reportDifference('body', whole.body.subarray(2, 10).toString('hex'), part.body.toString('hex')),
    ),
    ...conditional(
      '416',
      'a part that lies outside of the picture',
      () => ({ range: 'bytes=999999999-' }),
      () => [],
    ),
  ];
}

function reportDifference(where: string, expected: string, got: string): Finding[] {
  return expected === got ? [] : [{ where, expected, got }];
}
