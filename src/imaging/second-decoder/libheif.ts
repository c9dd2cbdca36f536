/**
 * The part of libheif's C interface that is used, as its WebAssembly build exports it. Pointers are numbers.
 * A call writes its error and its result to the memory that these arguments point to.
 */
export interface Libheif {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  readonly HEAPU32: Uint32Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _heif_context_alloc(): number;
  _heif_context_free(context: number): void;
  _heif_context_read_from_memory_without_copy(
    error: number,
    context: number,
    file: number,
    bytes: number,
    options: number,
  ): void;
  _heif_context_get_primary_image_handle(error: number, context: number, result: number): void;
  _heif_image_handle_release(handle: number): void;
  _heif_image_handle_get_width(handle: number): number;
  _heif_image_handle_get_height(handle: number): number;
  _heif_image_handle_has_alpha_channel(handle: number): number;
  _heif_image_handle_is_premultiplied_alpha(handle: number): number;
  _heif_image_handle_get_luma_bits_per_pixel(handle: number): number;
  _heif_image_handle_get_raw_color_profile_size(handle: number): number;
  _heif_image_handle_get_raw_color_profile(error: number, handle: number, result: number): void;
  _heif_image_handle_get_nclx_color_profile(error: number, handle: number, result: number): void;
  _heif_nclx_color_profile_free(profile: number): void;
  _heif_decoding_options_alloc(): number;
  _heif_decoding_options_free(options: number): void;
  _heif_decode_image(
    error: number,
    handle: number,
    result: number,
    colourSpace: number,
    chroma: number,
    options: number,
  ): void;
  _heif_image_get_plane_readonly(image: number, channel: number, stride: number): number;
  _heif_image_release(image: number): void;
}

let loaded: Promise<Libheif> | undefined;

/**
 * Loads libheif at the first call. That takes 50 ms and 5 MiB, which a worker without such a picture saves.
 */
export function loadLibheif(): Promise<Libheif> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Libheif> {
  const { default: library } = await import('libheif-js/wasm-bundle.js');
  return library as Libheif;
}
