import type { Finding } from './conformance-case.ts';
import { parseJson } from './expect-problem.ts';
import type { KitAnswer, KitClient } from './kit-client.ts';
import type { KitContract, KitOperation } from './kit-contract.ts';
import { markedValues } from './marked-values.ts';
import { inspectPicture } from './pictures/inspect-picture.ts';

/**
 * The absolute addresses of pictures in an answer: the texts that the document marks with
 * `x-polyface-picture`. Relative addresses are followed through the document's links.
 */
export function pictureAddresses(
  { loaded, setting }: KitContract,
  { documented }: KitOperation,
  answer: KitAnswer,
): string[] {
  const item = loaded.documentOf(setting.profile).paths?.[documented.template];
  const response = item?.[documented.method]?.responses?.[String(answer.status)];
  const content = response && 'content' in response ? response.content : undefined;
  const json = parseJson(answer.body.toString('utf8'));
  return Object.values(content ?? {})
    .flatMap(({ schema }) => markedValues('x-polyface-picture', schema, json))
    .filter((text) => /^https?:\/\//.test(text));
}

/**
 * Downloads an address. It must give a picture of the type that it announces, and must be refused once its
 * signature is altered.
 */
export async function checkDownload(
  client: KitClient,
  address: string,
): Promise<{ readonly bytes?: Buffer; readonly findings: readonly Finding[] }> {
  const answer = await download(client, address);
  if (typeof answer === 'string')
    return { findings: [{ where: 'download', expected: address, got: answer }] };
  if (answer.status !== 200) {
    return { findings: [{ where: 'download/status', expected: '200', got: String(answer.status) }] };
  }
  const findings = [...typeFindings(answer, 'download/content-type')];
  const forged = await download(client, alter(address));
  if (typeof forged === 'string')
    findings.push({ where: 'download/signature', expected: 'an altered address is refused', got: forged });
  else if (forged.status < 400) {
    findings.push({
      where: 'download/signature',
      expected: 'an altered address is refused',
      got: String(forged.status),
    });
  }
  return { bytes: answer.body, findings };
}

/** A picture's announced type must be its real one. Formats that the kit does not know are any `image/*`. */
export function typeFindings({ headers, body }: KitAnswer, where: string): Finding[] {
  const announced = (headers['content-type'] ?? 'nothing').split(';')[0]?.trim().toLowerCase() ?? '';
  const { format } = inspectPicture(body);
  if (format === 'other')
    return announced.startsWith('image/') ? [] : [{ where, expected: 'image/*', got: announced }];
  return announced === `image/${format}` ? [] : [{ where, expected: `image/${format}`, got: announced }];
}

/**
 * Another server than the judged one may hold the pictures. If it cannot be reached, that is a finding and
 * does not end the run.
 */
async function download(client: KitClient, address: string): Promise<KitAnswer | string> {
  try {
    return await client.send({ method: 'GET', path: address, headers: {} });
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** Changes one letter near the end of the address, where signatures are. */
function alter(address: string): string {
  const at = address.length - 8;
  return address.slice(0, at) + (address[at] === 'A' ? 'B' : 'A') + address.slice(at + 1);
}
