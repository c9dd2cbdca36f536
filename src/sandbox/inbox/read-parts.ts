import { fileNameOf } from '../../gateway/intake/file-name.ts';

/** One part of a form. */
export interface FormPart {
  readonly name?: string;
  readonly fileName?: string;
  readonly type?: string;
  readonly content: Buffer;
  /** `false` where no delimiter follows. */
  readonly whole: boolean;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * The parts of a form, as far as they can be read. This includes forms that the gateway refuses, because
 * developers look into those most.
 */
export function readParts(body: Buffer, boundary: string): FormPart[] {
  const parts: FormPart[] = [];
  const delimiter = Buffer.from(`--${boundary}`);
  for (let at = body.indexOf(delimiter); at >= 0; ) {
    const start = at + delimiter.length;
    if (body.toString('latin1', start, start + 2) === '--') break;
    const next = body.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]), start);
    const part = body.subarray(start + 2, next < 0 ? body.length : next);
    const headEnd = part.indexOf(HEAD_END);
    if (headEnd >= 0) {
      parts.push({
        ...readHead(part.toString('utf8', 0, headEnd)),
        content: part.subarray(headEnd + HEAD_END.length),
        whole: next >= 0,
      });
    }
    at = next < 0 ? -1 : next + 2;
  }
  return parts;
}

function readHead(head: string): Pick<FormPart, 'name' | 'fileName' | 'type'> {
  const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1]?.trim();
  const type = /^content-type:(.*)$/im.exec(head)?.[1]?.trim();
  const name = /;\s*name\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/i.exec(disposition ?? '');
  const fileName = fileNameOf(disposition);
  const partName = name?.[1] ?? name?.[2];
  return {
    ...(partName !== undefined && { name: partName }),
    ...(fileName !== undefined && { fileName }),
    ...(type !== undefined && { type }),
  };
}
