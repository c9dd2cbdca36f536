import type { ByteReader } from '../recognise/byte-reader.ts';
import { embeddedPictures } from './embedded-pictures.ts';
import { type Blank, type Erasure, erasureOf, note, type Rewrite, unwalkable } from './erasure.ts';

/** Elements that hold metadata, whatever their prefix: SVG's own, and what XMP and RDF begin with. */
const METADATA_ELEMENTS = new Set(['metadata', 'xmpmeta', 'RDF']);
/** Instructions that a reader follows; the others are notes of programs. */
const NEEDED_INSTRUCTIONS = new Set(['xml', 'xml-stylesheet']);

const [QUOTE, APOSTROPHE, OPEN, CLOSE, SLASH] = [0x22, 0x27, 0x5b, 0x5d, 0x2f];
const [BEGIN, END, QUESTION, EXCLAMATION, SPACE] = [0x3c, 0x3e, 0x3f, 0x21, 0x20];
/** A name is read no further than this. */
const LONGEST_NAME = 64;
/** Readers of XML stop far before. */
const DEEPEST = 10_000;

/** A drawing's metadata elements, comments and instructions become spaces; pictures within it are cleaned where they stand. */
export async function findSvgMetadata(reader: ByteReader): Promise<Erasure> {
  const bytes = await reader.read(0, reader.size);
  if (bytes.length < reader.size) unwalkable();
  const { blanks, rewrites } = svgMetadata(bytes);
  return erasureOf(blanks, rewrites);
}

/**
 * One walk over the markup, each byte looked at once. Nothing is resolved, no entity, no reference. What stands in character data or in
 * attributes stays, apart from pictures. Where the tags do not fit each other nobody can say what is metadata: unwalkable.
 */
function svgMetadata(bytes: Buffer): {
  readonly blanks: readonly Blank[];
  readonly rewrites: readonly Rewrite[];
} {
  const blanks: Blank[] = [];
  const open: string[] = [];
  /** The metadata element that the walk is in. */
  let within: { readonly depth: number; readonly from: number } | undefined;
  const blank = (from: number, to: number) => {
    if (!within) note(blanks, { from, to, fill: 0x20 });
  };
  const begins = (text: string, at: number) => bytes.toString('latin1', at, at + text.length) === text;
  const past = (text: string, at: number) => {
    const found = bytes.indexOf(text, at, 'latin1');
    return found < 0 ? unwalkable() : found + text.length;
  };

  for (let at = bytes.indexOf('<'); at >= 0; at = bytes.indexOf('<', at)) {
    const start = at;
    const kind = bytes[at + 1];
    if (kind !== EXCLAMATION && kind !== QUESTION) {
      at = pastTag(at);
      element(start, at);
    } else if (kind === QUESTION) {
      at = past('?>', at + 2);
      if (!NEEDED_INSTRUCTIONS.has(nameAt(start + 2))) blank(start, at);
    } else if (begins('<!--', at)) {
      at = past('-->', at + 4);
      blank(start, at);
    } else if (begins('<![CDATA[', at)) {
      at = past(']]>', at);
    } else {
      at = pastDocumentType(at);
    }
  }
  if (open.length > 0) unwalkable();
  return { blanks, rewrites: embeddedPictures(bytes, blanks) };

  function element(start: number, end: number): void {
    const closes = bytes[start + 1] === SLASH;
    const name = nameAt(start + (closes ? 2 : 1));
    if (closes) {
      if (open.pop() !== name) unwalkable();
      if (within?.depth !== open.length) return;
      const { from } = within;
      within = undefined;
      blank(from, start);
    } else if (bytes[end - 2] !== SLASH) {
      if (!within && isMetadata(name)) within = { depth: open.length, from: end };
      if (open.push(name) > DEEPEST) unwalkable();
    }
  }

  function nameAt(start: number): string {
    let end = start;
    while (end < start + LONGEST_NAME && isOfName(bytes[end])) end += 1;
    return bytes.toString('latin1', start, end);
  }

  function pastTag(from: number): number {
    for (let at = from + 1; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === END) return at + 1;
      if (byte === BEGIN) unwalkable();
      if (byte === QUOTE || byte === APOSTROPHE) {
        const end = pastQuoted(at);
        // XML allows no tag in an attribute: the quotes have got out of step.
        if (bytes.subarray(at, end).includes(BEGIN)) unwalkable();
        at = end - 1;
      }
    }
    return unwalkable();
  }

  function pastQuoted(at: number): number {
    const end = bytes.indexOf(bytes[at] ?? QUOTE, at + 1);
    return end < 0 ? unwalkable() : end + 1;
  }

  /** Its internal subset stands in brackets and may hold comments and instructions, with quotes that quote nothing. */
  function pastDocumentType(from: number): number {
    let inSubset = false;
    for (let at = from + 2; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === END && !inSubset) return at + 1;
      if (byte === OPEN) inSubset = true;
      else if (byte === CLOSE) inSubset = false;
      else if (byte === QUOTE || byte === APOSTROPHE) at = pastQuoted(at) - 1;
      else if (inSubset && begins('<!--', at)) {
        const end = past('-->', at + 4);
        blank(at, end);
        at = end - 1;
      } else if (inSubset && begins('<?', at)) at = past('?>', at + 2) - 1;
    }
    return unwalkable();
  }
}

function isMetadata(name: string): boolean {
  return METADATA_ELEMENTS.has(name.slice(name.indexOf(':') + 1));
}

function isOfName(byte: number | undefined): boolean {
  return byte !== undefined && byte > SPACE && byte !== SLASH && byte !== END && byte !== QUESTION;
}
