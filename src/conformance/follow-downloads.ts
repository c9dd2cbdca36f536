import type { Finding } from './conformance-case.ts';
import type { KitClient } from './kit-client.ts';

/** Every absolute address in a JSON value, each once, in order. */
export function addressesIn(value: unknown): string[] {
  if (typeof value === 'string') return /^https?:\/\//.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(addressesIn))];
}

/** Downloads an address: it must give a picture, and must give nothing once its signature is altered. */
export async function checkDownload(
  client: KitClient,
  address: string,
): Promise<{ readonly bytes?: Buffer; readonly findings: readonly Finding[] }> {
  const answer = await client.send({ method: 'GET', path: address, headers: {} });
  if (answer.status !== 200) {
    return { findings: [{ where: 'download/status', expected: '200', got: String(answer.status) }] };
  }
  const type = answer.headers['content-type'] ?? 'nothing';
  const findings: Finding[] = type.startsWith('image/')
    ? []
    : [{ where: 'download/content-type', expected: 'image/*', got: type }];
  const forged = await client.send({ method: 'GET', path: alter(address), headers: {} });
  if (forged.status < 400) {
    findings.push({
      where: 'download/signature',
      expected: 'an altered address is refused',
      got: String(forged.status),
    });
  }
  return { bytes: answer.body, findings };
}

/** Changes one letter near the end of the address, where signatures are. */
function alter(address: string): string {
  const at = address.length - 8;
  return address.slice(0, at) + (address[at] === 'A' ? 'B' : 'A') + address.slice(at + 1);
}
