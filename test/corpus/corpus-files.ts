import {
  aBmp,
  aFlatPng,
  aGif,
  aGifBomb,
  aGifOfManyFrames,
  aGifWithScript,
  aHollowHeic,
  aHollowJp2,
  aHollowJxl,
  aJpeg,
  aJpegWithZip,
  anAvatar,
  anAvif,
  anIccBomb,
  anIco,
  anSvg,
  anSvgBomb,
  aPageDressedAsSvg,
  aPhotograph,
  aPng,
  aPngHeader,
  aPngWithPage,
  aPsd,
  aRawPng,
  aScanBomb,
  aScriptDressedAsGif,
  aStoredPicture,
  aTextBomb,
  aTiff,
  aWebp,
  noPictures,
  segment,
  withLoop,
  withSegments,
} from '../support/pictures.ts';

/** One file of the corpus and what the policy that takes every picture must make of it. */
export interface CorpusFile {
  readonly file: string;
  readonly verdict: 'accepted' | 'unsupported-format' | 'corrupt-image' | 'image-too-complex';
  readonly story: string;
  readonly build: () => Buffer | Promise<Buffer>;
}

type Row = readonly [file: string, story: string, build: CorpusFile['build']];

const photograph = { motif: 'photograph', grain: 24, width: 240, height: 180 } as const;

const SECOND_DECODER: readonly (readonly [file: string, story: string])[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(
    (orientation) => [`orientation-${orientation}.heic`, 'a phone held that way, with its position'] as const,
  ),
  ['gps.heic', 'EXIF with a position and XMP beside a turned picture'],
  ['alpha.heic', 'half of it transparent'],
  ['ten-bit.heic', '10 bits a channel'],
  ['burst.heic', 'two pictures: the first is shown'],
  ['display-p3.heic', 'a P3 profile'],
  ['primaries-12.heic', 'P3 named by number'],
  ['grid-display-p3.heic', 'six tiles, turned, with a position and a P3 profile: how telephones write'],
  ['grid-trailer.heic', 'six tiles, turned, with a film and a trailer behind'],
  ['twelve-megapixels.heic', 'turned, with a thumbnail and a position'],
  ['gps.jxl', 'JPEG XL, turned, with a position'],
  ['alpha.jxl', 'half of it transparent'],
  ['boxes.jp2', 'JPEG 2000'],
  ['codestream.j2k', 'JPEG 2000 without boxes'],
  ['layers.psd', 'a Photoshop document with a layer'],
  ['three-sizes.ico', 'the largest of its pictures is shown'],
  ['orientation-6.dng', 'the mosaic of a camera, turned'],
];

const ACCEPTED: readonly Row[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(
    (orientation): Row => [
      `orientation-${orientation}.jpg`,
      'a phone held that way, with its position',
      () => aJpeg({ orientation, gps: true }),
    ],
  ),
  ...[0, 9, 65_535].map(
    (orientation): Row => [
      `orientation-${orientation}.jpg`,
      'no such orientation: upright',
      () => aJpeg({ orientation }),
    ],
  ),
  ['gps.png', 'a position in eXIf, orientation 6', () => aPng({ gps: true, orientation: 6 })],
  ['gps.webp', 'a position in the EXIF chunk, orientation 8', () => aWebp({ gps: true, orientation: 8 })],
  ['gps.avif', 'a position in an Exif item', () => anAvif({ gps: true })],
  ['gps.tif', 'a position in the GPS directory, orientation 3', () => aTiff({ gps: true, orientation: 3 })],
  ['xmp-iptc-comment.jpg', 'a position in XMP, a place in IPTC, a comment', () => aJpeg({ chatter: true })],
  ['avatar.jpg', 'what most uploads are', () => anAvatar()],
  ['photograph.jpg', 'a phone photograph in small', () => aPhotograph({ width: 900, height: 1200 })],
  [
    'progressive.jpg',
    'progressive, no subsampling',
    () => aJpeg({ ...photograph, progressive: true, subsampling: '4:4:4' }),
  ],
  ['srgb-profile.jpg', 'an sRGB profile', () => aJpeg({ icc: 'srgb' })],
  ['wide-gamut.jpg', 'a P3 profile', () => aJpeg({ icc: 'p3' })],
  ['cmyk.jpg', 'four inks', () => aJpeg({ colour: 'cmyk' })],
  ['cmyk.tif', 'four inks', () => aTiff({ cmyk: true })],
  ['grey.jpg', 'one channel', () => aJpeg({ colour: 'grey' })],
  ...(
    [
      [1, 0],
      [2, 0],
      [4, 0],
      [8, 0],
      [16, 0],
      [8, 2],
      [16, 2],
      [1, 3],
      [2, 3],
      [4, 3],
      [8, 3],
      [8, 4],
      [16, 4],
      [8, 6],
      [16, 6],
    ] as const
  ).map(
    ([bitDepth, colourType]): Row => [
      `depth-${bitDepth}-type-${colourType}.png`,
      `${bitDepth} bits a channel, colour type ${colourType}`,
      () => aRawPng({ bitDepth, colourType }),
    ],
  ),
  ['see-through.png', 'half of it transparent', () => aPng({ alpha: 'half' })],
  ['opaque-alpha.png', 'an alpha channel that hides nothing', () => aPng({ alpha: 'opaque' })],
  ['interlaced.png', 'Adam7', () => aPng({ interlaced: true })],
  ['animation.gif', 'four frames', () => aGif({ frames: 4 })],
  ['animation.webp', 'four frames', () => aWebp({ frames: 4 })],
  ['still.gif', 'one frame', () => aGif()],
  ['lossless.webp', 'lossless', () => aWebp({ lossless: true })],
  ['one-pixel.png', 'the smallest there is', () => aFlatPng({ width: 1, height: 1 })],
  ['line.jpg', '2000 × 1', () => aJpeg({ width: 2000, height: 1 })],
  [
    'large-flat.png',
    '49 megapixels of nothing, 1 bit',
    () => aFlatPng({ width: 7_000, height: 7_000, colourType: 0, bitDepth: 1 }),
  ],
  ['few-scans.jpg', '60 scans: unusual, but cheap', () => aScanBomb({ side: 400, scans: 60 })],
  ['no-end.jpg', 'all of it but the end marker', async () => (await aJpeg(photograph)).subarray(0, -2)],
  ['no-trailer.gif', 'one frame, no trailer', async () => (await aGif(photograph)).subarray(0, -1)],
  [
    'no-trailer-but-loop.gif',
    'one frame that says how often it repeats, no trailer',
    async () => withLoop(await aGif(photograph)).subarray(0, -1),
  ],
  [
    'stray-before-restarts.jpg',
    'a stray byte before each restart marker: webcams',
    () => aStoredPicture('stray-before-restarts.jpg'),
  ],
  ['preview-first.tif', 'a small preview before the page', () => aStoredPicture('preview-first.tif')],
  ['bitmap.bmp', '24 bits', () => aBmp()],
  ['photoshop.psd', 'flat, not compressed', () => aPsd()],
  ['icon.ico', 'one bitmap', () => anIco()],
  ...SECOND_DECODER.map(([file, story]): Row => [file, story, () => aStoredPicture(file)]),
  ['profile-bomb.png', 'a profile of 64 MB in 60 KB; the decoder reads none that large', () => anIccBomb()],
  [
    'apng-bomb.png',
    'claims 65,535 frames; the decoder sees one',
    () => aFlatPng({ width: 200, height: 200, frames: 65_535 }),
  ],
  ['gif-and-script.gif', 'polyglot: a script behind the trailer', aGifWithScript],
  ['jpeg-and-zip.jpg', 'polyglot: an archive behind the end', aJpegWithZip],
  ['png-and-page.png', 'polyglot: a page behind the end', aPngWithPage],
  ['png-named.jpg', 'a PNG under a wrong name', () => aPng()],
  ['jpeg-named.png', 'a JPEG under a wrong name', () => aJpeg()],
  ['gif-named.txt', 'a GIF under a wrong name', () => aGif()],
  [
    'trailing-bytes.jpg',
    'a camera that pads its files',
    async () => Buffer.concat([await aJpeg(), Buffer.alloc(512)]),
  ],
  [
    'stray-bytes.jpg',
    'bytes between segments',
    async () => withSegments(await aJpeg(), segment(0xfe, Buffer.from('note')), Buffer.from([1, 2, 3])),
  ],
  [
    'broken-exif.jpg',
    'EXIF that leads nowhere',
    async () =>
      withSegments(await aJpeg(), segment(0xe1, Buffer.from('Exif\0\0MM\0*\xff\xff\xff\xff', 'latin1'))),
  ],
];

const HOLLOW: readonly Row[] = [
  ['hollow.heic', 'its boxes alone: the coded picture is noise', () => aHollowHeic()],
  ['hollow.jxl', 'its boxes alone', aHollowJxl],
  ['hollow.jp2', 'its boxes alone', () => aHollowJp2()],
];

const CUT: readonly (readonly [string, () => Promise<Buffer>])[] = [
  ['jpg', () => aJpeg(photograph)],
  ['progressive.jpg', () => aJpeg({ ...photograph, progressive: true })],
  ['png', () => aPng(photograph)],
  ['gif', () => aGif({ ...photograph, frames: 3 })],
  ['webp', () => aWebp(photograph)],
  ['avif', () => anAvif(photograph)],
];

const CORRUPT: readonly Row[] = [
  ...HOLLOW,
  ...[10, 50, 90, 98].flatMap((percent) =>
    CUT.map(
      ([name, build]): Row => [
        `cut-at-${percent}.${name}`,
        `its first ${percent} percent`,
        async () => {
          const whole = await build();
          return whole.subarray(0, Math.floor((whole.length * percent) / 100));
        },
      ],
    ),
  ),
  ['no-pixels.png', 'claims 25 megapixels and has none', () => aPngHeader(5_000, 5_000)],
  ['script-as-gif.gif', 'polyglot: a script that begins like a GIF', aScriptDressedAsGif],
];

const TOO_COMPLEX: readonly Row[] = [
  ['scan-bomb.jpg', '36 megapixels, 700 legal scans, 120 KB', () => aScanBomb()],
  ['gif-bomb.gif', '65,535 × 65,535 in 35 bytes', aGifBomb],
  ['frame-bomb.gif', '500 frames of 2000 × 2000', () => aGifOfManyFrames()],
  ['text-bomb.png', 'texts that inflate to 128 MB', () => aTextBomb({ copies: 4 })],
  ['side-bomb.png', '16,385 × 10', () => aPngHeader(16_385, 10)],
  ['pixel-bomb.png', '65 megapixels', () => aPngHeader(8_063, 8_063)],
  ['giant-bomb.png', '2,147,483,647 × 2,147,483,647', () => aPngHeader(2 ** 31 - 1, 2 ** 31 - 1)],
];

const NO_PICTURES: readonly Row[] = [
  ...Object.entries(noPictures()).map(
    ([name, bytes]): Row => [`${name}.jpg`, `no picture: ${name}`, () => bytes],
  ),
  ['page-as-drawing.svg', 'a page with a drawing in it', aPageDressedAsSvg],
  ['drawing.svg', 'a drawing: none is rendered', () => anSvg()],
  ['use-bomb.svg', 'a thousand million rectangles, were it ever rendered', () => anSvgBomb()],
];

/** The corpus, sorted by nothing but its kinds. */
export const CORPUS: readonly CorpusFile[] = [
  ...rows('accepted', ACCEPTED),
  ...rows('corrupt-image', CORRUPT),
  ...rows('image-too-complex', TOO_COMPLEX),
  ...rows('unsupported-format', NO_PICTURES),
];

function rows(verdict: CorpusFile['verdict'], list: readonly Row[]): CorpusFile[] {
  return list.map(([file, story, build]) => ({ file, story, build, verdict }));
}
