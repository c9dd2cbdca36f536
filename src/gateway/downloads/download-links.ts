import {
  type Clock,
  type DownloadLinks,
  isRenderedFormat,
  mediaTypeOf,
  type ObjectStore,
  ProblemError,
} from '../../domain/index.ts';
import { sealTicket, type TicketKey, unsealTicket } from './ticket.ts';

/** Where the gateway serves tickets. No dialect may document a path below it. */
export const DOWNLOAD_PREFIX = '/images/d/';

/**
 * Makes and checks signed addresses. The first key signs and all keys verify, so that keys can be rotated. In
 * `direct` mode the backend signs where it can. Such an address stays valid until it expires, even if the
 * picture is replaced or deleted.
 */
export function createDownloadLinks(parts: {
  readonly keys: readonly TicketKey[];
  readonly objects: ObjectStore;
  readonly mode: 'gateway' | 'direct';
  readonly clock: Clock;
}): DownloadLinks {
  const { keys, objects, clock } = parts;
  const [signingKey] = keys;
  if (!signingKey) throw new Error('at least one key for signed downloads is needed');
  if (keys.some(({ id }) => Buffer.byteLength(id) > 255)) {
    throw new Error("a download key's id has more than 255 bytes");
  }
  const direct =
    parts.mode === 'direct' && objects.capabilities.signedDownloads
      ? objects.signedUrl?.bind(objects)
      : undefined;

  return {
    async sign(target, picture, { ttlSeconds, baseUrl }) {
      const expiresAtMs = clock.nowMs() + ttlSeconds * 1000;
      if (direct) {
        const url = await direct(picture.key, {
          ttlSeconds,
          contentType: mediaTypeOf(picture.format),
          contentDisposition: isRenderedFormat(picture.format) ? 'inline' : 'attachment',
        });
        return { url, expiresAtMs };
      }
      const ticket = sealTicket(signingKey, target, expiresAtMs);
      return { url: `${baseUrl}${DOWNLOAD_PREFIX}${ticket}`, ticket, expiresAtMs };
    },
    verify(ticket) {
      const opened = unsealTicket(keys, ticket);
      if (!opened || opened.expiresAtMs <= clock.nowMs()) throw new ProblemError({ kind: 'forbidden' });
      return opened.target;
    },
  };
}
