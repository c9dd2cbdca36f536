import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { holdsLocation } from '../../src/cli/corpus/holds-location.ts';
import { blankedCopy } from '../../src/imaging/blank/blanked-copy.ts';
import { findHeicMetadata } from '../../src/imaging/blank/heic.ts';
import { openByteReader } from '../../src/imaging/recognise/byte-reader.ts';
import {
  aBmp,
  aHeic,
  aJp2,
  aJpeg,
  aJxl,
  anAvif,
  anIco,
  anSvg,
  aPng,
  aPsd,
  aTellingHeic,
  aTellingIco,
  aTellingJp2,
  aTellingJpeg,
  aTellingJxl,
  aTellingPsd,
  aTellingSvg,
  box,
  chunk,
  TELLING_EXIF,
  TELLING_XMP,
  TELLTALE,
  withChunks,
} from '../support/pictures.ts';
import { recipe } from './recipes.ts';
import { startImaging } from './started-imaging.ts';

const imaging = startImaging();

async function cleaned(bytes: Buffer): Promise<Buffer> {
  const { facts, renditions } = await imaging.process(bytes, [recipe()]);
  expect(facts).toMatchObject({ decodable: false });
  const [rendition] = renditions;
  if (!rendition) throw new Error('a kept format has a rendition');
  expect(rendition).toMatchObject({ format: facts.format, width: 0, height: 0 });
  return rendition.bytes;
}

/** Looks into what a drawing holds as well. */
function tells(bytes: Buffer): boolean {
  const embedded = bytes.includes('base64,')
    ? [...bytes.toString('latin1').matchAll(/base64,([^"]*)/gu)].map(([, text = '']) =>
        Buffer.from(text.replaceAll('&#10;', ''), 'base64'),
      )
    : [];
  return [bytes, ...embedded].some((part) => part.includes(TELLTALE) || holdsLocation(part));
}

describe('a picture that nobody here decodes', () => {
  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['HEIC', () => aTellingHeic()],
    ['HEIC with locations of version 1', () => aTellingHeic({ locationVersion: 1 })],
    ['HEIC with locations of version 2', () => aTellingHeic({ locationVersion: 2 })],
    ['HEIC with XMP in its item data', () => aTellingHeic({ inIdat: true })],
    ['HEIC with EXIF that no item names any more', () => withoutItem(aTellingHeic(), 'Exif')],
    ['HEIC with EXIF in an item of an unknown kind', () => withItemOf(aTellingHeic(), 'Exif', 'Exjf')],
    ['PSD with a placed file of an unknown kind', () => withByte(aTellingPsd(), 'lnk2', 1, 0x99)],
    ['PSD with a mask that is far too long', () => withByte(aTellingPsd(), '8BIMlnk2', -1, 0xf0)],
    ['PSD with EXIF in a resource of an unknown kind', () => withByte(aTellingPsd(), '8BIM\u0004"', 5, 0x99)],
    ['HEIC with EXIF in two pieces', () => aTellingHeic({ split: true })],
    [
      'HEIC with a film behind it',
      () => aTellingHeic({ more: [box('mpvd', box('ftyp'), box('moov', box('udta', TELLING_XMP)))] }),
    ],
    ['HEIC with XMP in a box of its own', () => aTellingHeic({ more: [box('uuid', TELLING_XMP)] })],
    [
      'HEIC with a sequence',
      () =>
        aTellingHeic({
          more: [box('moov', box('mvhd'), box('trak', box('udta', TELLING_EXIF)), box('meta', TELLING_XMP))],
        }),
    ],
    ['JPEG XL', aTellingJxl],
    ['JPEG 2000', aTellingJp2],
    ['PSD', aTellingPsd],
    ['ICO', aTellingIco],
    ['SVG', () => aTellingSvg()],
    ['SVG with a photograph', async () => aTellingSvg(aTellingJpeg(await aJpeg()))],
    ['SVG with a photograph only', async () => anSvg({ body: embedded(aTellingJpeg(await aJpeg())) })],
    ['SVG with a picture that is not taken apart here', () => anSvg({ body: embedded(TELLING_EXIF) })],
    ['SVG with XMP outside of its metadata', () => anSvg({ body: `<g>${TELLING_XMP.toString()}</g>` })],
  ])('is handed out without its metadata, as long as it was: %s', async (_name, build) => {
    const original = await build();
    const clean = await cleaned(original);
    expect(tells(original)).toBe(true);
    expect(tells(clean)).toBe(false);
    expect(clean.length).toBe(original.length);
    // The structure stands: it is recognised as before, and there is nothing more to take out.
    expect(await cleaned(clean)).toEqual(clean);
  });

  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['BMP', aBmp],
    ['HEIC', () => aHeic()],
    ['JPEG XL', aJxl],
    ['bare JPEG XL', () => Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.alloc(200, 0x3c)])],
    ['JPEG 2000', () => aJp2()],
    ['PSD', () => aPsd()],
    ['ICO', () => anIco()],
    ['ICO with a PNG', async () => anIco(await aPng({ width: 32, height: 32 }))],
    ['SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><g id="a>b"><!x></g></svg>')],
  ])('stays as it is where it has no metadata: %s', async (_name, build) => {
    const original = await build();
    expect(await cleaned(original)).toEqual(original);
  });

  it('keeps its coded picture, byte for byte and at its place', async () => {
    const original = aTellingHeic();
    const clean = await cleaned(original);
    const picture = Buffer.alloc(300, 0xa5);
    expect(clean.indexOf(picture)).toBe(original.indexOf(picture));
    expect(clean.subarray(0, clean.indexOf('mdat'))).toEqual(original.subarray(0, original.indexOf('mdat')));
  });

  it('is blanked as libheif writes it: an AVIF has the same structure, and a decoder that can tell', async () => {
    const original = await anAvif({ gps: true });
    const reader = await openByteReader(original);
    const { body } = await blankedCopy(reader, await findHeicMetadata(reader), 'memory');
    if (!body) throw new Error('a copy in memory has a body');
    expect([holdsLocation(original), holdsLocation(body)]).toEqual([true, false]);
    const [before, after] = [
      await imaging.process(original, [recipe()]),
      await imaging.process(body, [recipe()]),
    ];
    expect(after.facts).toEqual(before.facts);
    expect(after.renditions).toEqual(before.renditions);
  });

  it('keeps what a PNG in an icon needs, with checksums that are right', async () => {
    const entry = (await cleaned(await aTellingIco())).subarray(22);
    expect(await imaging.verdict(entry)).toBe('accepted');
    expect(entry.toString('latin1')).not.toMatch(/eXIf|tEXt|iTXt/u);
    const plain = withChunks(await aPng({ width: 32, height: 32 }), chunk('pHYs', Buffer.alloc(9, 1)));
    expect(await cleaned(anIco(plain))).toEqual(anIco(plain));
  });

  it('keeps the photograph in a drawing, decodable', async () => {
    const jpeg = await aJpeg({ gps: true });
    const text = (await cleaned(anSvg({ body: embedded(aTellingJpeg(jpeg)) }))).toString();
    const inside = Buffer.from(/base64,([^"]*)"/u.exec(text)?.[1] ?? '', 'base64');
    expect(await imaging.verdict(inside)).toBe('accepted');
    expect(inside.length).toBe(aTellingJpeg(jpeg).length);
  });

  it.each([
    ['words between tags', `<text>${TELLTALE}</text>`],
    ['what looks like a comment in an attribute', `<g id="&lt;!-- ${TELLTALE} -->"/>`],
    ['what looks like metadata in character data', `<style><![CDATA[<metadata>${TELLTALE}]]></style>`],
    ['an element with a longer name', `<metadatas>${TELLTALE}</metadatas>`],
    ['a font', `<style>@font-face{src:url(data:font/woff2;base64,d09GMgABAAAA)}</style>`],
  ])('is not touched where a drawing means something: %s', async (_name, body) => {
    const drawing = Buffer.from(anSvg({ body }).toString().replace('<!-- drawn by hand -->\n', ''));
    expect(await cleaned(drawing)).toEqual(drawing);
  });

  it.each([
    ['nested', `<metadata>a<metadata>b</metadata>${TELLTALE}</metadata><g/>`],
    ['prefixed', `<s:metadata xmlns:s="x">${TELLTALE}</s:metadata><g/>`],
    ['with a comment that speaks of its end', `<metadata><!-- </metadata> -->${TELLTALE}</metadata><g/>`],
    ['empty and then not', `<metadata/><metadata id=">">${TELLTALE}</metadata><g/>`],
  ])('loses the metadata of a drawing up to its very end: %s', async (_name, body) => {
    const clean = (await cleaned(anSvg({ body }))).toString();
    expect(clean).not.toContain(TELLTALE);
    expect(clean).toContain('<g/>');
  });
});

function embedded(picture: Buffer): string {
  return `<image href="data:image/jpeg;base64,${picture.toString('base64')}"/>`;
}

describe('a picture whose structure leads nowhere', () => {
  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['no list of its items', () => withByte(aTellingHeic(), 'iinf', 0, 0x58)],
    ['EXIF beyond the end of the file', () => aTellingHeic({ exifExtent: [100, 1_000_000] })],
    ['EXIF where the structure lies', () => aTellingHeic({ exifExtent: [0, 40] })],
    ['EXIF of no length', () => aTellingHeic({ exifExtent: [600, 0] })],
    ['EXIF within another item', () => aTellingHeic({ locationVersion: 1, constructionMethod: 2 })],
    [
      'a track of positions',
      () =>
        aTellingHeic({
          more: [
            box(
              'moov',
              box('mvhd'),
              box('trak', box('tkhd'), box('mdia', box('hdlr', Buffer.alloc(8), Buffer.from('meta')))),
            ),
          ],
        }),
    ],
    ['more extents than a picture can have', () => endlessExtents(aTellingHeic())],
    [
      'more texts than anybody writes',
      async () => {
        const text = chunk('tEXt', Buffer.alloc(0));
        return anIco(withChunks(await aPng(), Buffer.alloc(100_001 * text.length, text)));
      },
    ],
    ['more comments than anybody writes', () => anSvg({ body: '<!--a-->x'.repeat(100_001) })],
    ['icons that lie upon each other', () => overlappingIcon()],
    ['a PSD resource that reaches over its section', () => withByte(aTellingPsd(), '8BIM', 8, 0xff)],
    ['a PSD resource of no known kind', () => withByte(aTellingPsd(), '8BIM', 0, 0x00)],
    ['a drawing with a comment that never ends', () => anSvg({ body: '<!-- <g/>' })],
    ['a drawing with tags that cross', () => anSvg({ body: '<g><metadata></g></metadata>' })],
    ['a drawing with a tag in an attribute', () => anSvg({ body: '<g id="<metadata>"/>' })],
    [
      'an icon with a chunk that no decoder knows',
      async () => withByte(await aTellingIco(), 'eXIf', 0, 0x45),
    ],
    ['a drawing with metadata that never end', () => anSvg({ body: '<metadata><g/>' })],
    ['a drawing with a quote that never ends', () => anSvg({ body: '<g id="x/>' })],
  ])('is refused at intake, whether or not anybody wants it rendered: %s', async (_name, build) => {
    expect(await imaging.verdict(await build())).toBe('corrupt-image');
  });
});

function withItemOf(file: Buffer, type: string, other: string): Buffer {
  const changed = Buffer.from(file);
  changed.write(other, changed.indexOf(`\0${type}\0`) + 1, 'latin1');
  return changed;
}

/** The item becomes a picture of one byte: the rest of its data is nobody's. */
function withoutItem(file: Buffer, type: string): Buffer {
  const changed = withItemOf(file, type, 'hvc1');
  const second = changed.indexOf('iloc') + 4 + 8 + 14;
  expect(changed.readUInt16BE(second)).toBe(2);
  changed.writeUInt32BE(1, second + 6 + 4);
  return changed;
}

/** 65,535 extents that take no bytes, of as many items as there were. */
function endlessExtents(file: Buffer): Buffer {
  const changed = Buffer.from(file);
  const payload = changed.indexOf('iloc') + 4;
  const end = payload - 8 + changed.readUInt32BE(payload - 8);
  changed.fill(0, payload + 4, end);
  changed.writeUInt16BE(7, payload + 6);
  for (let item = 0; item < 7; item += 1) changed.writeUInt16BE(0xffff, payload + 8 + item * 6 + 4);
  return changed;
}

function overlappingIcon(): Buffer {
  const one = anIco();
  const entry = Buffer.from(one.subarray(6, 22));
  const [first, second] = [Buffer.from(entry), Buffer.from(entry)];
  first.writeUInt32LE(38, 12);
  second.writeUInt32LE(38, 12);
  second.writeUInt32LE(entry.readUInt32LE(8) - 4, 8);
  const head = Buffer.from(one.subarray(0, 6));
  head.writeUInt16LE(2, 4);
  return Buffer.concat([head, first, second, one.subarray(22)]);
}

function withByte(file: Buffer, mark: string, offset: number, value: number): Buffer {
  const changed = Buffer.from(file);
  changed[changed.indexOf(mark) + offset] = value;
  return changed;
}

it('blanks a large file in pieces, and leaves nothing of the copy behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blanking-'));
  try {
    const filler = box('free', Buffer.alloc(3 * 1024 * 1024 - 20, 0x77));
    const original = Buffer.concat([aTellingHeic({ more: [filler] }), box('mpvd', TELLING_EXIF)]);
    const path = join(folder, 'upload');
    await writeFile(path, original);
    const processed = await imaging.imaging().process({
      source: { kind: 'file', path, size: original.length },
      accepted: ['heic'],
      recipes: [recipe()],
    });
    const [rendition] = processed.renditions;
    if (rendition?.source.kind !== 'file') throw new Error('a large copy lies in a file');
    const clean = await readFile(rendition.source.path);
    expect(clean.length).toBe(original.length);
    expect(tells(clean)).toBe(false);
    expect(clean.includes(filler.subarray(8))).toBe(true);
    expect((await readFile(path)).equals(original)).toBe(true);
    await processed.release();
    expect(await readdir(imaging.scratchDir())).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
