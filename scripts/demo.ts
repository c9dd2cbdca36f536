/*
 * `npm run demo`: a gateway on a free port; a photograph through each dialect, read back through all others. Prints each step, and writes
 * a page with requests, responses and pictures side by side. Exits 0 only if all is well.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormData, fetch } from 'undici';
import { inspectPicture } from '../src/conformance/pictures/inspect-picture.ts';
import type { Json } from '../src/domain/index.ts';
import { startPolyface } from '../src/main.ts';
import { type DemoGuideEntry, readDemoGuide } from '../src/settings/demo-guide.ts';
import { loadSettings } from '../src/settings/load-settings.ts';
import { type DemoReading, type DemoUpload, demoPage } from './demo-page.ts';

const PHOTOGRAPH = 'test/fixtures/astronaut.jpg';
const PAGE = 'reports/demo.html';

/** Sends the photograph in the way of a dialect. */
async function upload(
  url: string,
  { upload, headers }: DemoGuideEntry,
  photograph: Buffer,
): Promise<DemoUpload> {
  const { method, path, field } = upload;
  const body = field === undefined ? photograph : formWith(field, photograph);
  const type = field === undefined ? { 'content-type': 'image/jpeg' } : {};
  const response = await fetch(url + path, { method, headers: { ...headers, ...type }, body });
  return { line: `${method} ${path}`, status: response.status, text: await response.text() };
}

function formWith(field: string, photograph: Buffer): FormData {
  const form = new FormData();
  form.set(field, new Blob([new Uint8Array(photograph)], { type: 'image/jpeg' }), 'portrait.jpg');
  return form;
}

/** Reads the person in the way of a dialect, and downloads the picture that it shows. */
async function read(url: string, { reads, headers, picture }: DemoGuideEntry): Promise<DemoReading> {
  const lines: string[] = [];
  let value: Json = null;
  for (const { method, path, body } of reads) {
    lines.push(`${method} ${path}`);
    const text = body === undefined ? undefined : filledIn(JSON.stringify(body), value);
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, ...(text === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(text === undefined ? {} : { body: text }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (picture === '') return { lines, text: '', status: response.status, picture: bytes };
    value = JSON.parse(bytes.toString()) as Json;
  }
  const address = String(valueAt(value, picture));
  const download = await fetch(address);
  return {
    lines: [...lines, `GET ${new URL(address).pathname.slice(0, 24)}…`],
    text: JSON.stringify(value),
    status: download.status,
    picture: Buffer.from(await download.arrayBuffer()),
  };
}

function filledIn(text: string, value: Json): string {
  return text.replace(/\{([\w.]+)\}/g, (_, way: string) => String(valueAt(value, way)));
}

function valueAt(value: Json, way: string): unknown {
  return way
    .split('.')
    .reduce<unknown>(
      (inner, step) =>
        typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[step] : undefined,
      value,
    );
}

const folder = await mkdtemp(join(tmpdir(), 'polyface-demo-'));
const settings = await loadSettings({ overrides: { file: 'config/demo.yaml', port: 0, dataDir: folder } });
const gateway = await startPolyface({ ...settings, log: { level: 'error' } });
const steps = [];
let failures = 0;
try {
  const photograph = await readFile(PHOTOGRAPH);
  const guide = Object.entries(await readDemoGuide());
  for (const [writer, entry] of guide) {
    const uploaded = await upload(gateway.url, entry, photograph);
    if (uploaded.status >= 300) failures += 1;
    console.log(
      `\n${writer}: upload\n  > ${uploaded.line}\n  < ${uploaded.status} ${uploaded.text.slice(0, 200)}`,
    );
    const readings = [];
    for (const [reader, readerEntry] of guide) {
      const reading = await read(gateway.url, readerEntry);
      const seen = inspectPicture(reading.picture);
      const isUpright = (seen.height ?? 0) >= (seen.width ?? Number.POSITIVE_INFINITY);
      const isGood = reading.status === 200 && isUpright && seen.metadata.length === 0;
      if (!isGood) failures += 1;
      const facts = `${seen.format} ${seen.width ?? '?'} × ${seen.height ?? '?'}, ${reading.picture.byteLength} bytes, metadata: ${seen.metadata.join(', ') || 'none'}`;
      console.log(`  ${isGood ? '✓' : '✗'} read through ${reader}: ${facts}`);
      readings.push({ ...reading, reader, facts, isGood });
    }
    steps.push({ writer, uploaded, readings });
  }
  await mkdir('reports', { recursive: true });
  await writeFile(PAGE, demoPage(photograph, steps));
} finally {
  await gateway.stop();
  await rm(folder, { recursive: true, force: true });
}
console.log(`\nRequests, responses and pictures side by side: ${join(process.cwd(), PAGE)}`);
console.log(failures === 0 ? 'All is well.' : `${failures} steps failed.`);
process.exitCode = failures === 0 ? 0 : 1;
