import { ProblemError } from '../../domain/index.ts';
import type { DecodedPicture, RequireWithinLimits } from './decoded-picture.ts';
import { type Libheif, loadLibheif } from './libheif.ts';
import { profileOfPrimaries } from './matrix-profile.ts';
import { type PixelLayout, tiffHeader, tiffHeaderBytes } from './tiff-container.ts';

/* Numbers of libheif's interface. */
const ERROR_BYTES = 12;
const COLOURS_RGB = 1;
const CHROMA_RGB = 10;
const CHROMA_RGBA = 11;
const CHANNEL_INTERLEAVED = 10;
/** Offsets of `strict_decoding` in the decoding options and of `color_primaries` in an nclx profile. */
const STRICT_AT = 21;
const PRIMARIES_AT = 4;

/** A larger profile does not describe colours. */
const MAX_PROFILE_BYTES = 1024 * 1024;

/** Frees the memory of the picture that was decoded last. */
let releaseLast = () => {};

/**
 * Decodes the primary picture of a HEIF file with 8 bits a channel. The result is upright: `irot` and `imir`
 * are applied, and EXIF, which says the same again, is ignored. Throws `ProblemError` `corrupt-image`, and
 * what `requireWithinLimits` throws. The pixels stay in the decoder's memory and are valid until the next
 * picture is decoded.
 */
export async function decodeHeic(
  bytes: Uint8Array,
  requireWithinLimits: RequireWithinLimits,
): Promise<DecodedPicture> {
  const heif = await loadLibheif();
  releaseLast();
  const decoding = new HeicDecoding(heif);
  releaseLast = () => decoding.release();
  return decoding.decode(bytes, requireWithinLimits);
}

/** One picture in the memory of libheif, and what must be freed after it. */
class HeicDecoding {
  readonly #heif: Libheif;
  readonly #releases: (() => void)[] = [];
  readonly #error: number;

  constructor(heif: Libheif) {
    this.#heif = heif;
    this.#error = this.#allocate(ERROR_BYTES);
  }

  release(): void {
    for (const release of this.#releases.splice(0).reverse()) release();
  }

  decode(bytes: Uint8Array, requireWithinLimits: RequireWithinLimits): DecodedPicture {
    const heif = this.#heif;
    const handle = this.#openPrimaryPicture(bytes);
    const width = heif._heif_image_handle_get_width(handle);
    const height = heif._heif_image_handle_get_height(handle);
    const bitsPerChannel = heif._heif_image_handle_get_luma_bits_per_pixel(handle);
    requireWithinLimits({ width, height, bitsPerChannel });
    const hasAlpha = heif._heif_image_handle_has_alpha_channel(handle) !== 0;
    const premultiplied = heif._heif_image_handle_is_premultiplied_alpha(handle) !== 0;
    const layout: PixelLayout = {
      width,
      height,
      channels: hasAlpha ? 4 : 3,
      colours: hasAlpha ? (premultiplied ? 'rgb-premultiplied' : 'rgb-alpha') : 'rgb',
      profile: this.#readProfile(handle),
    };
    // Allocated before the pixels, so that it usually comes before them in memory.
    const headerAt = this.#allocate(tiffHeaderBytes(layout));
    const pixelsAt = this.#decodePixels(handle, layout);
    return { tiff: this.#wrapAsTiff(layout, headerAt, pixelsAt), width, height, hasAlpha };
  }

  #openPrimaryPicture(bytes: Uint8Array): number {
    const heif = this.#heif;
    const file = this.#allocate(bytes.length);
    heif.HEAPU8.set(bytes, file);
    const context = heif._heif_context_alloc();
    this.#releases.push(() => heif._heif_context_free(context));
    this.#call((error) =>
      heif._heif_context_read_from_memory_without_copy(error, context, file, bytes.length, 0),
    );
    const handle = this.#callForPointer((error, result) =>
      heif._heif_context_get_primary_image_handle(error, context, result),
    );
    this.#releases.push(() => heif._heif_image_handle_release(handle));
    return handle;
  }

  /** The ICC profile of the file, or one made for the primaries that it names. */
  #readProfile(handle: number): Buffer | undefined {
    const heif = this.#heif;
    const length = heif._heif_image_handle_get_raw_color_profile_size(handle);
    if (length > 0 && length <= MAX_PROFILE_BYTES) {
      const profile = this.#allocate(length);
      this.#call((error) => heif._heif_image_handle_get_raw_color_profile(error, handle, profile));
      return Buffer.from(heif.HEAPU8.subarray(profile, profile + length));
    }
    const result = this.#allocate(4);
    heif._heif_image_handle_get_nclx_color_profile(this.#error, handle, result);
    if (this.#read(this.#error) !== 0) return undefined;
    const nclx = this.#read(result);
    const primaries = this.#read(nclx + PRIMARIES_AT);
    heif._heif_nclx_color_profile_free(nclx);
    return profileOfPrimaries(primaries);
  }

  /** Decodes, closes the gaps between rows, and returns the position of the pixels. */
  #decodePixels(handle: number, { width, height, channels }: PixelLayout): number {
    const heif = this.#heif;
    const options = heif._heif_decoding_options_alloc();
    this.#releases.push(() => heif._heif_decoding_options_free(options));
    heif.HEAPU8[options + STRICT_AT] = 1;
    const image = this.#callForPointer((error, result) =>
      heif._heif_decode_image(
        error,
        handle,
        result,
        COLOURS_RGB,
        channels === 4 ? CHROMA_RGBA : CHROMA_RGB,
        options,
      ),
    );
    this.#releases.push(() => heif._heif_image_release(image));
    const strideAt = this.#allocate(4);
    const pixels = heif._heif_image_get_plane_readonly(image, CHANNEL_INTERLEAVED, strideAt);
    const stride = this.#read(strideAt);
    const rowBytes = width * channels;
    for (let row = stride === rowBytes ? height : 1; row < height; row++) {
      const from = pixels + row * stride;
      heif.HEAPU8.copyWithin(pixels + row * rowBytes, from, from + rowBytes);
    }
    return pixels;
  }

  #wrapAsTiff(layout: PixelLayout, headerAt: number, pixelsAt: number): Buffer {
    const memory = this.#heif.HEAPU8;
    const end = pixelsAt + layout.width * layout.height * layout.channels;
    if (pixelsAt < headerAt) {
      const header = tiffHeader(layout, tiffHeaderBytes(layout));
      return Buffer.concat([header, memory.subarray(pixelsAt, end)]);
    }
    memory.set(tiffHeader(layout, pixelsAt - headerAt), headerAt);
    return Buffer.from(memory.buffer, headerAt, end - headerAt);
  }

  #allocate(bytes: number): number {
    const pointer = this.#heif._malloc(bytes);
    if (pointer === 0) throw new ProblemError({ kind: 'image-too-complex', limit: 'memory' });
    this.#releases.push(() => this.#heif._free(pointer));
    return pointer;
  }

  #read(pointer: number): number {
    return this.#heif.HEAPU32[pointer >>> 2] ?? 0;
  }

  #call(work: (error: number) => void): void {
    work(this.#error);
    if (this.#read(this.#error) !== 0) throw new ProblemError({ kind: 'corrupt-image' });
  }

  #callForPointer(work: (error: number, result: number) => void): number {
    const result = this.#allocate(4);
    this.#call((error) => work(error, result));
    return this.#read(result);
  }
}
