/* The parts of the inbox's page. What clients sent becomes text, never markup. */
import type { ReceivedFile, ReceivedUpload } from '../inbox/received-upload.ts';

/** The session of the page; empty for the one without a name. */
export const session = new URLSearchParams(location.search).get('session') ?? '';

/** The address of something in the sandbox, for this session. */
export function address(path: string): string {
  return `/_sandbox${path}${session === '' ? '' : `?session=${encodeURIComponent(session)}`}`;
}

/** An element with a class and its content. Text stays text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  ...content: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...content);
  return made;
}

function amount(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The title of a card. */
export function titleOf({ files }: ReceivedUpload): string {
  const [file] = files;
  return file?.fileName ?? file?.part ?? (file ? 'the body' : 'no file');
}

/** Pixels and bytes of a file. */
export function sizeOf(file: ReceivedFile | undefined): string {
  if (!file) return '';
  return [
    ...(file.picture ? [`${file.picture.width} × ${file.picture.height}`] : []),
    amount(file.bytes),
  ].join(' · ');
}

function isGood(upload: ReceivedUpload): boolean {
  return upload.response.status < 400;
}

/** Status, format, and what a tester should notice. */
export function badgesOf(upload: ReceivedUpload): HTMLElement {
  const list = element('span', 'badges');
  const add = (kind: string, text: string) => list.append(element('span', `badge ${kind}`, text));
  add(isGood(upload) ? 'good' : 'bad', String(upload.response.status));
  if (upload.refusal) add('bad', upload.refusal.problem);
  for (const { format, detectedType, announcedType, picture } of upload.files) {
    add('', format ?? detectedType ?? 'no picture');
    if (announcedType !== undefined && detectedType !== undefined && announcedType !== detectedType) {
      add('warn', `announced ${announcedType}`);
    }
    if (picture?.location) add('warn', 'says where');
    if (picture && picture.orientation > 1) add('warn', 'not upright');
  }
  return list;
}

/**
 * The text that the search looks through: what a person knows of an upload. Names of properties would match
 * every upload, and signed addresses match words by chance.
 */
export function searchableTextOf(upload: ReceivedUpload): string {
  const { id, dialect, operationId, method, target, subject, person, credentialId, client, userAgent } =
    upload;
  return [
    id,
    dialect,
    operationId,
    method,
    target,
    subject,
    person,
    credentialId,
    client,
    userAgent,
    ...upload.files.flatMap(({ part, fileName, sha256 }) => [part, fileName, sha256]),
    ...upload.fields.flatMap(({ name, value }) => [name, value]),
    badgesOf(upload).innerText,
    upload.refusal?.rule,
  ].join('\n');
}

/** The picture, or the name of its format where it cannot be shown. */
export function frameOf(upload: ReceivedUpload, file: number): HTMLElement {
  const sent = upload.files[file];
  const frame = element(
    'span',
    'frame',
    element('span', 'none', sent?.format ?? (sent ? 'no picture' : 'no file')),
  );
  if (!sent) return frame;
  const image = element('img', '');
  image.alt = '';
  image.addEventListener('load', () => frame.querySelector('.none')?.remove());
  image.addEventListener('error', () => image.remove());
  image.src = address(`/uploads/${upload.id}/files/${file}/thumbnail`);
  frame.append(image);
  return frame;
}

/** Names and values. Unknown ones are left out. */
export function facts(rows: readonly (readonly [string, string | number | undefined])[]): HTMLElement {
  const list = element('dl', '');
  for (const [name, value] of rows) {
    if (value !== undefined && value !== '')
      list.append(element('dt', '', name), element('dd', '', String(value)));
  }
  return list;
}

/** A link to something of the sandbox. */
export function link(text: string, path: string): HTMLElement {
  const made = element('a', '', text);
  made.href = address(path);
  return made;
}
