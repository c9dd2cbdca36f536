import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KitExchange } from '../kit-client.ts';
import type { CaseResult } from '../run-conformance.ts';

/**
 * Writes the bytes of every exchange to `<folder>/<operation>.<case>/<n>.request` and `.answer`. The requests
 * hold credentials, so the folder must stay private.
 */
export async function writeExchanges(folder: string, { id, exchanges }: CaseResult): Promise<void> {
  if (exchanges.length === 0) return;
  const place = join(folder, id.replaceAll(/[^\w.-]+/g, '.'));
  await mkdir(place, { recursive: true });
  for (const [index, exchange] of exchanges.entries()) {
    const base = join(place, String(index + 1));
    await writeFile(`${base}.request`, requestBytes(exchange), { mode: 0o600 });
    await writeFile(`${base}.answer`, answerBytes(exchange));
  }
}

function requestBytes({ request: { method, path, headers, body } }: KitExchange): Buffer {
  return message(`${method} ${path} HTTP/1.1`, headers, body);
}

function answerBytes({ answer: { status, headers, body } }: KitExchange): Buffer {
  return message(`HTTP/1.1 ${status}`, headers, body);
}

function message(
  first: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer = Buffer.alloc(0),
): Buffer {
  const lines = [first, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ''];
  return Buffer.concat([Buffer.from(lines.join('\r\n')), body]);
}
