import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DownloadTarget } from '../../domain/index.ts';

/**
 * A key that signs tickets. Its id, at most 255 bytes, stands in each ticket; the secret never leaves the
 * gateway.
 */
export interface TicketKey {
  readonly id: string;
  readonly secret: string;
}

/** A ticket that was signed by a known key. It may have expired. */
export interface OpenedTicket {
  readonly target: DownloadTarget;
  readonly expiresAtMs: number;
}

const VERSION = 1;
const EXPIRY_BYTES = 6;
const ID_BYTES = 16;
/** Half of SHA-256: as hard to guess as the ids it protects, and it keeps addresses short. */
const MAC_BYTES = 16;

/**
 * Signs a target as one URL-safe word: version, key id, expiry, subject key, image id, rendition name and
 * MAC, base64url.
 */
export function sealTicket(key: TicketKey, target: DownloadTarget, expiresAtMs: number): string {
  const keyId = Buffer.from(key.id);
  const expiry = Buffer.alloc(EXPIRY_BYTES);
  expiry.writeUIntBE(expiresAtMs, 0, EXPIRY_BYTES);
  const payload = Buffer.concat([
    Buffer.from([VERSION, keyId.length]),
    keyId,
    expiry,
    Buffer.from(target.subjectKey, 'hex'),
    Buffer.from(target.imageId, 'hex'),
    Buffer.from(target.rendition),
  ]);
  return Buffer.concat([payload, macOf(key, payload)]).toString('base64url');
}

/** Opens a ticket; `undefined` where one bit of it was altered or its key is not known. */
export function unsealTicket(keys: readonly TicketKey[], ticket: string): OpenedTicket | undefined {
  const bytes = Buffer.from(ticket, 'base64url');
  // Base64 has several spellings of the same bytes. Only the issued spelling is accepted.
  if (bytes.toString('base64url') !== ticket) return undefined;
  const keyIdLength = bytes[1] ?? 0;
  const headLength = 2 + keyIdLength;
  if (bytes[0] !== VERSION || bytes.length < headLength + EXPIRY_BYTES + 2 * ID_BYTES + MAC_BYTES) {
    return undefined;
  }
  const payload = bytes.subarray(0, -MAC_BYTES);
  const mac = bytes.subarray(-MAC_BYTES);
  const keyId = payload.toString('utf8', 2, headLength);
  const key = keys.find(({ id }) => id === keyId);
  if (!key || !timingSafeEqual(macOf(key, payload), mac)) return undefined;
  const subjectAt = headLength + EXPIRY_BYTES;
  const imageAt = subjectAt + ID_BYTES;
  const renditionAt = imageAt + ID_BYTES;
  return {
    expiresAtMs: payload.readUIntBE(headLength, EXPIRY_BYTES),
    target: {
      subjectKey: payload.toString('hex', subjectAt, imageAt),
      imageId: payload.toString('hex', imageAt, renditionAt),
      rendition: payload.toString('utf8', renditionAt),
    },
  };
}

/** The id of the key that the ticket names. The ticket is not verified here. */
export function keyIdOf(ticket: string): string | undefined {
  const bytes = Buffer.from(ticket, 'base64url');
  return bytes[0] === VERSION ? bytes.toString('utf8', 2, 2 + (bytes[1] ?? 0)) : undefined;
}

function macOf(key: TicketKey, payload: Buffer): Buffer {
  return createHmac('sha256', key.secret).update(payload).digest().subarray(0, MAC_BYTES);
}
