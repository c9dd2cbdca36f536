import { aGif, aJpeg, aPng } from './decodable.ts';

/** A GIF whose trailing bytes are a script. */
export async function aGifWithScript(): Promise<Buffer> {
  return Buffer.concat([await aGif(), Buffer.from('\n<script>alert(document.domain)</script>\n')]);
}

/** The classic: bytes that are a GIF header and a script at once, and no picture. */
export function aScriptDressedAsGif(): Buffer {
  return Buffer.from("GIF89a/*\x01\x00\x00\x3b*/=1;alert('hello')//", 'latin1');
}

/** A JPEG followed by a ZIP archive. */
export async function aJpegWithZip(): Promise<Buffer> {
  const name = Buffer.from('a.txt');
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  return Buffer.concat([await aJpeg(), local, name, end]);
}

/** A PNG followed by a page. */
export async function aPngWithPage(): Promise<Buffer> {
  return Buffer.concat([await aPng(), Buffer.from('<html><body onload="alert(1)"></body></html>')]);
}

/** A page that begins with a comment that names a GIF. */
export function aPageDressedAsSvg(): Buffer {
  return Buffer.from('<!doctype html><html><body><svg onload="alert(1)"></svg></body></html>');
}

/** A PDF, a ZIP and a program: known files that are no pictures. */
export function noPictures(): Record<'pdf' | 'zip' | 'program' | 'text' | 'empty' | 'page', Buffer> {
  return {
    pdf: Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n'),
    zip: Buffer.from('504b0304140000000000000000000000000000000000000000000500000061', 'hex'),
    program: Buffer.concat([Buffer.from('7f454c4602010100', 'hex'), Buffer.alloc(400)]),
    text: Buffer.from('hello, I am a picture\n'.repeat(40)),
    empty: Buffer.alloc(0),
    page: Buffer.from('<!doctype html><html><body>hello</body></html>'),
  };
}
