/**
 * Prints 32 hex digits as a UUID of version 4 (RFC 9562), because strict readers of legacy answers accept no
 * other version. Version and variant replace six of the 128 bits.
 */
export function uuidFrom(hex: string): string {
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
