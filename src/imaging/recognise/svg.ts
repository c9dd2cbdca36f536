import type { ByteReader } from './byte-reader.ts';

/** Comments and a document type may stand before the root; more than this is no drawing anybody made. */
const PROLOGUE_BYTES = 64 * 1024;
const EPILOGUE_BYTES = 4 * 1024;

const DECLARATION = /^<\?xml\s[^>]*\?>\s*/u;
const INSTRUCTION = /^<\?[^>]*\?>\s*/u;
const DOCTYPE = /^<!DOCTYPE\s+svg\b[^[>]*(?:\[[^\]]*\]\s*)?>\s*/u;
const ROOT = /^<(?:([A-Za-z][\w.-]*):)?svg(?:\s[^<>]*)?>/u;
const NAMESPACE = 'http://www.w3.org/2000/svg';

/**
 * Whether it is an SVG document: text in UTF-8 whose root element is `svg` in SVG's namespace and that ends where the root ends.
 * It is never parsed further nor rendered, so that nothing it refers to is ever read.
 */
export async function isSvg(reader: ByteReader): Promise<boolean> {
  const prologue = textOf(await reader.read(0, PROLOGUE_BYTES), reader.size <= PROLOGUE_BYTES);
  if (prologue === undefined) return false;
  const root = ROOT.exec(afterPrologue(prologue));
  if (!root?.[0].includes(NAMESPACE)) return false;
  const from = Math.max(0, reader.size - EPILOGUE_BYTES);
  const epilogue = (await reader.read(from, EPILOGUE_BYTES)).toString('latin1');
  const name = root[1] === undefined ? 'svg' : `${root[1]}:svg`;
  const rest = withoutTrailingComments(epilogue);
  return rest.endsWith('>') && (rest.replace(/\s*>$/u, '').endsWith(`</${name}`) || root[0].endsWith('/>'));
}

/** A cut through a multi-byte character at the end of the window is no fault of the text. */
function textOf(bytes: Buffer, whole: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
  } catch {
    return undefined;
  }
}

function afterPrologue(text: string): string {
  let rest = text.trimStart();
  for (const pattern of [DECLARATION, INSTRUCTION, DOCTYPE])
    rest = withoutComments(rest).replace(pattern, '');
  return withoutComments(rest);
}

function withoutComments(text: string): string {
  let rest = text;
  while (rest.startsWith('<!--')) {
    const end = rest.indexOf('-->');
    if (end < 0) return '';
    rest = rest.slice(end + 3).trimStart();
  }
  return rest;
}

function withoutTrailingComments(text: string): string {
  let rest = text.trimEnd();
  while (rest.endsWith('-->')) {
    const start = rest.lastIndexOf('<!--');
    if (start < 0) return '';
    rest = rest.slice(0, start).trimEnd();
  }
  return rest;
}
