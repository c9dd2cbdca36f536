/** The quality that v1 stores at by default: the floor, the naive server and the gateway all write the same bytes. */
export const JPEG_QUALITY = 85;
