/* One upload in full. */
import type { ReceivedFile, ReceivedUpload } from '../inbox/received-upload.ts';
import { element, facts, frameOf, link, titleOf } from './inbox-elements.ts';

/** All facts about one upload; `onClose` is called when the reader closes them. */
export function detailsOf(upload: ReceivedUpload, curl: string, onClose: () => void): HTMLElement[] {
  const { body, response, refusal } = upload;
  const close = element('button', '', 'Close');
  close.type = 'button';
  close.addEventListener('click', onClose);
  const copy = element('button', '', 'Copy as curl');
  copy.type = 'button';
  copy.addEventListener('click', () => {
    navigator.clipboard.writeText(curl).then(
      () => copy.replaceChildren('Copied'),
      () => copy.replaceChildren('The browser does not allow it'),
    );
  });
  return [
    element('header', '', element('h2', '', titleOf(upload)), close),
    ...(refusal
      ? [
          element(
            'div',
            'why',
            element('strong', '', `Refused: ${refusal.rule}`),
            element('p', '', `Accepted would have been: ${refusal.accepted}`),
            element('p', '', 'In the document: ', element('code', '', refusal.place)),
          ),
        ]
      : []),
    ...upload.files.flatMap((file, at) => [
      ...(upload.files.length > 1 ? [element('h3', '', file.fileName ?? file.part ?? `file ${at + 1}`)] : []),
      frameOf(upload, at),
      element('div', 'actions', link('Picture as sent', `/uploads/${upload.id}/files/${at}`)),
      factsOfFile(file),
    ]),
    element('h3', '', 'Request'),
    facts([
      ['request', `${upload.method} ${upload.target}`],
      ['dialect', upload.dialect],
      ['operation', upload.operationId],
      ['subject', upload.subject],
      ['credential', upload.credentialId],
      ['client', upload.userAgent ?? upload.client],
      ['framing', body.framing === 'chunked' ? 'chunked' : `Content-Length ${body.announcedBytes ?? ''}`],
      ['received', `${body.receivedBytes.toLocaleString()} bytes`],
      ['content type', body.contentType],
      ['boundary', body.boundary],
      ...upload.fields.map(({ name, value }) => [`field ${name}`, value] as const),
    ]),
    element('div', 'actions', copy, link('Raw request', `/uploads/${upload.id}/request`)),
    element('h3', '', `Response ${response.status}`),
    element('pre', '', formatText(response.body)),
    element('h3', '', 'Response headers'),
    facts(Object.entries(response.headers)),
  ];
}

function formatText(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    // Text that is not JSON is shown as it is.
    return text === '' ? '(empty)' : text;
  }
}

function factsOfFile({
  part,
  fileName,
  announcedType,
  detectedType,
  bytes,
  sha256,
  picture,
  whole,
}: ReceivedFile): HTMLElement {
  const metadata = picture
    ? Object.entries({ EXIF: picture.exif, XMP: picture.xmp, IPTC: picture.iptc })
        .filter(([, there]) => there)
        .map(([name]) => name)
    : [];
  return facts([
    ['part', part],
    ['file name', fileName],
    ['announced', announcedType],
    ['detected', detectedType ?? 'nothing that is known'],
    ['size', `${bytes.toLocaleString()} bytes${whole ? '' : ', broken off'}`],
    ['pixels', picture && `${picture.width} × ${picture.height}`],
    [
      'orientation',
      picture && `${picture.orientation}${picture.orientation === 1 ? ', upright' : ', turned by a reader'}`,
    ],
    ['colours', picture && [picture.colourSpace, picture.colourProfile].filter(Boolean).join(', ')],
    ['frames', picture?.frames],
    ['metadata', picture && (metadata.length > 0 ? metadata.join(', ') : 'none')],
    [
      'location',
      picture && (picture.location === undefined ? 'cannot be read' : picture.location ? 'yes' : 'no'),
    ],
    ['SHA-256', sha256],
  ]);
}
