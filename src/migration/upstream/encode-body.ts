import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  type ByteSource,
  byteLength,
  jsonText,
  type Upload,
  type UpstreamRequest,
} from '../../domain/index.ts';

/** A body that can be sent once, with the headers that describe it. */
export interface EncodedBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

/** The wire form of a translated request's body; pictures are streamed from where they are held. */
export function encodeBody(body: UpstreamRequest['body']): EncodedBody {
  switch (body.kind) {
    case 'none':
      return { headers: {} };
    case 'json': {
      const bytes = Buffer.from(jsonText(body.value));
      return {
        headers: { 'Content-Type': 'application/json', 'Content-Length': String(bytes.byteLength) },
        body: bytes,
      };
    }
    case 'raw':
      return {
        headers: { 'Content-Type': body.contentType, 'Content-Length': String(body.upload.bytes) },
        body: bytesOf(body.upload.source),
      };
    case 'multipart':
      return multipart(body.parts);
  }
}

/** The bytes of a source, piece by piece; can be called again. */
export async function* bytesOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  if (source.kind === 'memory') yield source.bytes;
  else yield* createReadStream(source.path) as AsyncIterable<Uint8Array>;
}

function multipart(parts: Extract<UpstreamRequest['body'], { kind: 'multipart' }>['parts']): EncodedBody {
  const boundary = `----polyface${randomBytes(16).toString('hex')}`;
  const heads = parts.map(({ name, upload }) => Buffer.from(partHead(boundary, name, upload)));
  const end = Buffer.from(`--${boundary}--\r\n`);
  const length = parts.reduce(
    (sum, { upload }, at) => sum + (heads[at]?.byteLength ?? 0) + byteLength(upload.source) + 2,
    end.byteLength,
  );
  async function* pieces() {
    for (const [at, { upload }] of parts.entries()) {
      yield heads[at] ?? Buffer.alloc(0);
      yield* bytesOf(upload.source);
      yield CRLF;
    }
    yield end;
  }
  return {
    headers: {
      'Content-Type': `multipart/form-data; boundary=${boundary}`,
      'Content-Length': String(length),
    },
    body: pieces(),
  };
}

const CRLF = Buffer.from('\r\n');

/**
 * The head of a part as browsers write it (https://html.spec.whatwg.org/#multipart-form-data): quotes and
 * line ends are percent-encoded.
 */
function partHead(boundary: string, name: string, { fileName, declaredType }: Upload): string {
  const file = escapeName(fileName ?? 'image');
  const type =
    declaredType && /^[\w.+-]+\/[\w.+-]+$/.test(declaredType) ? declaredType : 'application/octet-stream';
  return (
    `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"; filename="${file}"\r\n` +
    `Content-Type: ${type}\r\n\r\n`
  );
}

function escapeName(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
