import { u16, u32 } from './big-endian.ts';
import { aPng } from './decodable.ts';
import { exifBlock } from './exif.ts';
import { segment, withSegments } from './jpeg-segments.ts';
import { chunk, withChunks } from './png-chunks.ts';
import { aJp2, aJxl, anIco, anSvg, aPsd, box } from './structural.ts';

/** A word that stands in every piece of metadata below, beside a position. */
export const TELLTALE = 'Greenwich';

/** EXIF with a position and the telltale. */
export const TELLING_EXIF = Buffer.concat([exifBlock({ gps: true }), Buffer.from(TELLTALE)]);

/** XMP with a position and the telltale. */
export const TELLING_XMP = Buffer.from(
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
    `<rdf:Description exif:GPSLatitude="51,28.668N" photoshop:City="${TELLTALE}"/></rdf:RDF></x:xmpmeta>`,
);

/** What a HEIC file is made of; see `aTellingHeic`. */
export interface HeicParts {
  /** Which layouts its `iloc` uses: 0 to 2. */
  readonly locationVersion?: 0 | 1 | 2;
  /** The XMP lies in `idat` (construction method 1) instead of `mdat`. */
  readonly inIdat?: boolean;
  /** EXIF in two extents. */
  readonly split?: boolean;
  /** Replaces the extents of the EXIF item, as offset and length in the file. */
  readonly exifExtent?: readonly [offset: number, length: number];
  readonly constructionMethod?: number;
  /** Further boxes behind the file's own. */
  readonly more?: readonly Buffer[];
}

const PICTURE = Buffer.alloc(300, 0xa5);

/** A HEIC file with one coded picture, an EXIF item and an XMP item. Its picture is noise that no decoder here would open. */
export function aTellingHeic(parts: HeicParts = {}): Buffer {
  const { locationVersion = parts.inIdat ? 1 : 0, inIdat = false, more = [] } = parts;
  const exif = Buffer.concat([u32(6), Buffer.from('Exif\0\0', 'latin1'), TELLING_EXIF]);
  const data = Buffer.concat([PICTURE, exif, ...(inIdat ? [] : [TELLING_XMP])]);
  const ftyp = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'));
  const meta = (dataAt: number) => {
    const exifAt = dataAt + PICTURE.length;
    const half = 20;
    const exifExtents: Extents = parts.exifExtent
      ? [parts.exifExtent]
      : parts.split
        ? [
            [exifAt, half],
            [exifAt + half, exif.length - half],
          ]
        : [[exifAt, exif.length]];
    return box(
      'meta',
      Buffer.alloc(4),
      box('hdlr', Buffer.alloc(8), Buffer.from('pict'), Buffer.alloc(13)),
      box('pitm', Buffer.from([0, 0, 0, 0, 0, 1])),
      box(
        'iinf',
        Buffer.from([0, 0, 0, 0, 0, 3]),
        information(1, 'hvc1'),
        information(2, 'Exif'),
        information(3, 'mime', 'application/rdf+xml\0'),
      ),
      locations(locationVersion, [
        { id: 1, extents: [[dataAt, PICTURE.length]] },
        { id: 2, extents: exifExtents, method: parts.constructionMethod ?? 0 },
        inIdat
          ? { id: 3, extents: [[0, TELLING_XMP.length]], method: 1 }
          : { id: 3, extents: [[exifAt + exif.length, TELLING_XMP.length]] },
      ]),
      box(
        'iprp',
        box('ipco', box('hvcC', Buffer.alloc(23, 1)), box('ispe', Buffer.alloc(4), u32(40), u32(30))),
        box('ipma', Buffer.alloc(12)),
      ),
      ...(inIdat ? [box('idat', TELLING_XMP)] : []),
    );
  };
  const dataAt = ftyp.length + meta(0).length + 8;
  return Buffer.concat([ftyp, meta(dataAt), box('mdat', data), ...more]);
}

type Extents = readonly (readonly [offset: number, length: number])[];

function information(id: number, type: string, mediaType = ''): Buffer {
  const head = Buffer.from([2, 0, 0, 0, 0, id, 0, 0]);
  return box('infe', head, Buffer.from(`${type}\0${mediaType}`, 'latin1'));
}

function locations(
  version: 0 | 1 | 2,
  items: readonly { readonly id: number; readonly extents: Extents; readonly method?: number }[],
): Buffer {
  const number = (value: number) => (version === 2 ? u32(value) : u16(value));
  const entries = items.map(({ id, extents, method = 0 }) =>
    Buffer.concat([
      number(id),
      ...(version === 0 ? [] : [u16(method)]),
      u16(0),
      u16(extents.length),
      ...extents.flatMap(([offset, length]) => [u32(offset), u32(length)]),
    ]),
  );
  return box('iloc', Buffer.from([version, 0, 0, 0, 0x44, 0x00]), number(items.length), ...entries);
}

/** A JPEG XL container with everything that says where it was taken: plain, compressed, and what makes a JPEG whole again. */
export function aTellingJxl(): Buffer {
  return Buffer.concat([
    aJxl(),
    box('Exif', u32(0), TELLING_EXIF),
    box('xml ', TELLING_XMP),
    box('brob', Buffer.from('Exif'), TELLING_EXIF),
    box('jbrd', TELLING_EXIF),
  ]);
}

/** A JPEG 2000 file with EXIF in a `uuid` box, XMP in an `xml ` box, and a comment in its codestream. */
export function aTellingJp2(): Buffer {
  const comment = Buffer.concat([u16(1), Buffer.from(TELLTALE)]);
  const stream = Buffer.concat([
    Buffer.from([0xff, 0x4f, 0xff, 0x51, 0, 41]),
    Buffer.alloc(39, 1),
    Buffer.from([0xff, 0x64]),
    u16(comment.length + 2),
    comment,
    Buffer.from([0xff, 0x90]),
    Buffer.alloc(100, 0x11),
  ]);
  const file = aJp2();
  const codestreamAt = file.indexOf('jp2c') - 4;
  const uuid = Buffer.from('4a706754696666457869662d3e4a5032', 'hex');
  return Buffer.concat([
    file.subarray(0, codestreamAt),
    box('uuid', uuid, TELLING_EXIF),
    box('xml ', TELLING_XMP),
    box('jp2c', stream),
  ]);
}

/** A Photoshop document with EXIF, XMP and IPTC among its resources, and a placed file behind its layers. */
export function aTellingPsd(): Buffer {
  const flat = aPsd();
  const resources = Buffer.concat([
    resource(1005, Buffer.alloc(16, 7)),
    resource(1028, Buffer.from(`\x1c\x02\x5a\0\x09${TELLTALE}`, 'latin1')),
    resource(1058, TELLING_EXIF, 'a name'),
    resource(1060, TELLING_XMP),
  ]);
  const placed = Buffer.concat([Buffer.from('8BIMlnk2'), u32(TELLING_EXIF.length), TELLING_EXIF]);
  const padding = Buffer.alloc((4 - (placed.length % 4)) % 4);
  const layers = Buffer.concat([u32(0), u32(0), placed, padding]);
  return Buffer.concat([
    flat.subarray(0, 30),
    u32(resources.length),
    resources,
    u32(layers.length),
    layers,
    flat.subarray(38),
  ]);
}

function resource(id: number, data: Buffer, name = ''): Buffer {
  const pascal = Buffer.concat([Buffer.from([name.length]), Buffer.from(name)]);
  const pad = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
  return Buffer.concat([Buffer.from('8BIM'), u16(id), pad(pascal), u32(data.length), pad(data)]);
}

/** An icon whose one entry is a PNG with EXIF and texts, and words behind it. */
export async function aTellingIco(): Promise<Buffer> {
  const png = withChunks(
    await aPng({ width: 32, height: 32 }),
    chunk('eXIf', TELLING_EXIF),
    chunk('tEXt', Buffer.from(`Comment\0${TELLTALE}`)),
    chunk('iTXt', Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\0\0\0\0'), TELLING_XMP])),
  );
  return Buffer.concat([anIco(png), Buffer.from(TELLTALE)]);
}

/** A drawing that says where it was made, in elements, comments, instructions, and in the photograph that it holds. */
export function aTellingSvg(photograph?: Buffer): Buffer {
  const image =
    photograph &&
    `<image href="data:image/jpeg;base64,${photograph.toString('base64').replace(/.{76}/g, '$&&#10;')}"/>`;
  return anSvg({
    body:
      `<metadata id="m">${TELLING_XMP.toString()}</metadata><!-- ${TELLTALE} --><?xpacket ${TELLTALE}?>` +
      `<circle r="9"/>${image ?? ''}`,
  });
}

/** A JPEG with EXIF, XMP, a comment, and words behind its end. */
export function aTellingJpeg(jpeg: Buffer): Buffer {
  return Buffer.concat([
    withSegments(
      jpeg,
      segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), TELLING_EXIF])),
      segment(0xe1, Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0'), TELLING_XMP])),
      segment(0xfe, Buffer.from(TELLTALE)),
    ),
    Buffer.from(TELLTALE),
  ]);
}
