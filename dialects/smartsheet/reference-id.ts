/**
 * The vendor's `refId`: lower-case base 36, at most 13 characters. It is the first half of the request id in
 * another notation.
 */
export function referenceId(requestId: string): string {
  return BigInt(`0x${requestId.slice(0, 16)}`).toString(36);
}
