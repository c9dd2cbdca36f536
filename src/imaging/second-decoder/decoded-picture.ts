/** The picture that the second decoder made. */
export interface DecodedPicture {
  /**
   * The picture as an uncompressed TIFF with its colour profile. The first decoder opens and renders it like
   * any other.
   */
  readonly tiff: Buffer;
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
}

/** What the header of a picture says, before a pixel is decoded. */
export interface SizeInHeader {
  readonly width: number;
  readonly height: number;
  readonly bitsPerChannel: number;
}

/** Checks a header against the limits; throws where it is over one of them. */
export type RequireWithinLimits = (header: SizeInHeader) => void;
