import type { ByteReader } from '../recognise/byte-reader.ts';
import type { IsoBox } from '../recognise/iso-boxes.ts';
import { type Blank, type Erasure, erasureOf, unwalkable } from './erasure.ts';
import { type Findings, freeAllBut, freeBox, requireBoxes } from './free-boxes.ts';
import { type ItemExtent, itemExtents } from './heic-items.ts';

/** What a reader needs; everything else (`uuid`, `udta`, a film in Samsung's `mpvd`) may say where the picture was taken. */
const NEEDED = new Set(['ftyp', 'meta', 'mdat', 'moov', 'free', 'skip', 'wide', 'pdin']);
const NEEDED_IN_META = new Set([
  'hdlr',
  'pitm',
  'iinf',
  'iloc',
  'iref',
  'iprp',
  'idat',
  'ipro',
  'dinf',
  'grpl',
  'free',
  'skip',
]);
/** A sequence of pictures is a film of tracks. */
const NEEDED_IN_FILM: Readonly<Record<string, ReadonlySet<string>>> = {
  moov: new Set(['mvhd', 'trak', 'mvex', 'free', 'skip']),
  trak: new Set(['tkhd', 'mdia', 'edts', 'tref', 'free', 'skip']),
  mdia: new Set(['mdhd', 'hdlr', 'minf', 'elng', 'free', 'skip']),
};
const PICTURE_TRACKS = new Set(['pict', 'vide', 'auxv', 'soun']);
/** Properties that describe the picture to people. Readers count boxes here, free ones too. */
const TOLD_IN_PROPERTIES = new Set(['uuid', 'udes']);

/**
 * EXIF and XMP of a HEIF file are items beside the pictures: `iinf` says which, `iloc` says where they lie. Their bytes become zeros, the
 * offset of the TIFF header that EXIF begins with included; and so does all data that belongs to no picture, such as what an editor left.
 */
export async function findHeicMetadata(reader: ByteReader): Promise<Erasure> {
  const found: Findings = { blanks: [], rewrites: [] };
  const top = await requireBoxes(reader, 0, reader.size);
  const meta = top.find(({ type }) => type === 'meta') ?? unwalkable();
  freeAllBut(NEEDED, top, found);
  for (const box of top) {
    if (box.type === 'moov') await freeInFilm(reader, box, found);
    if (box.type === 'meta' && box !== meta) freeBox(box, found);
  }
  const versionBytes = 4;
  const parts = await requireBoxes(reader, meta.start + versionBytes, meta.end);
  freeAllBut(NEEDED_IN_META, parts, found);
  await freeProperties(reader, parts, found);
  for (const blank of await dataBlanks(reader, parts, top)) found.blanks.push(blank);
  return erasureOf(found.blanks, found.rewrites);
}

interface Span {
  readonly from: number;
  readonly to: number;
}

async function dataBlanks(
  reader: ByteReader,
  parts: readonly IsoBox[],
  top: readonly IsoBox[],
): Promise<Blank[]> {
  const [information, locations] = await Promise.all([
    payloadOf(reader, parts, 'iinf'),
    payloadOf(reader, parts, 'iloc'),
  ]);
  // The pictures of a film have places of their own, which are not looked up here; a still has items or is none.
  const isFilm = top.some(({ type }) => type === 'moov');
  if (!information) return isFilm ? [] : unwalkable();
  const rooms = [
    ...top.filter(({ type }) => type === 'mdat'),
    ...parts.filter(({ type }) => type === 'idat'),
  ];
  const extents = itemExtents(information, locations).map((extent) => ({
    ...placed(extent, parts, reader.size),
    isPicture: extent.isPicture,
  }));
  const told = extents.filter(({ isPicture }) => !isPicture);
  // Only data may be blanked: an extent that reaches into the structure is a lie.
  for (const { from, to } of told) {
    if (!rooms.some((room) => room.start <= from && to <= room.end)) unwalkable();
  }
  const pictures = extents.filter(({ isPicture }) => isPicture);
  const unowned = isFilm || !locations ? [] : rooms.flatMap((room) => gapsIn(room, pictures));
  return [...told, ...unowned].map(({ from, to }): Blank => ({ from, to, fill: 0 }));
}

async function payloadOf(
  reader: ByteReader,
  parts: readonly IsoBox[],
  wanted: string,
): Promise<Buffer | undefined> {
  const [box, ...others] = parts.filter(({ type }) => type === wanted);
  if (others.length > 0) unwalkable();
  return box && (await reader.read(box.start, box.end - box.start));
}

function placed({ within, from, length }: ItemExtent, parts: readonly IsoBox[], size: number): Span {
  const data = parts.find(({ type }) => type === 'idat');
  const origin = within === 'idat' ? (data ?? unwalkable()).start : 0;
  const end = within === 'idat' ? (data ?? unwalkable()).end : size;
  return { from: origin + from, to: length === 0 ? end : origin + from + length };
}

/** What lies between the spans. */
function gapsIn({ start, end }: IsoBox, spans: readonly Span[]): Span[] {
  const gaps: Span[] = [];
  let at = start;
  for (const { from, to } of spans.toSorted((one, other) => one.from - other.from)) {
    if (from > at) gaps.push({ from: at, to: Math.min(from, end) });
    at = Math.max(at, to);
    if (at >= end) return gaps;
  }
  return [...gaps, { from: at, to: end }];
}

async function freeProperties(reader: ByteReader, parts: readonly IsoBox[], found: Findings): Promise<void> {
  for (const properties of parts.filter(({ type }) => type === 'iprp')) {
    for (const container of await requireBoxes(reader, properties.start, properties.end)) {
      if (container.type !== 'ipco') continue;
      for (const property of await requireBoxes(reader, container.start, container.end)) {
        if (TOLD_IN_PROPERTIES.has(property.type)) freeBox(property, found);
      }
    }
  }
}

async function freeInFilm(reader: ByteReader, box: IsoBox, found: Findings): Promise<void> {
  const needed = NEEDED_IN_FILM[box.type];
  if (!needed) return;
  const parts = await requireBoxes(reader, box.start, box.end);
  freeAllBut(needed, parts, found);
  for (const part of parts) {
    if (part.type === 'hdlr') await requirePictureTrack(reader, part);
    else await freeInFilm(reader, part, found);
  }
}

/** A track of positions keeps them among the coded pictures, where nobody here could find them. */
async function requirePictureTrack(reader: ByteReader, handler: IsoBox): Promise<void> {
  const kind = (await reader.read(handler.start + 8, 4)).toString('latin1');
  if (!PICTURE_TRACKS.has(kind)) unwalkable();
}
