import { type Principal, ProblemError } from '../../domain/index.ts';
import { networkOf } from './window-key.ts';

/** Whose upload it is: that of an authenticated caller, or of an anonymous caller at an address. */
export type Uploader =
  | { readonly principal: Principal }
  | { readonly principal?: undefined; readonly address?: string | undefined };

/** Bounds how many bodies are received and worked on at once. */
export interface UploadAdmission {
  readonly underWay: number;
  /**
   * Takes a place. Call the result, once or more, to give it back. Throws `overloaded` when no place is free,
   * or when the uploader has its share of them already.
   */
  enter(uploader: Uploader): () => void;
}

/**
 * The largest share of all places that each of these may have, so that one caller's slow uploads leave room
 * for others.
 */
export const UPLOAD_SHARES = { tenant: 3 / 4, credential: 1 / 2, anonymous: 1 / 2, network: 1 / 4 } as const;

/** How long a refused client should wait: about the time that an upload takes. */
const RETRY_AFTER_SECONDS = 2;

/**
 * Admits at most `places` uploads at once, over all dialects. Each tenant, credential and network may have
 * its share of them, and all anonymous callers together one share. A single tenant may have all. There is no
 * queue, because a waiting upload would hold its connection and its client would lose patience.
 */
export function createUploadAdmission(
  places: number,
  { tenants }: { readonly tenants: () => number },
): UploadAdmission {
  const counts = new Map<string, number>();
  let underWay = 0;
  const add = (key: string, by: 1 | -1) => {
    const count = (counts.get(key) ?? 0) + by;
    if (count > 0) counts.set(key, count);
    else counts.delete(key);
  };
  return {
    get underWay() {
      return underWay;
    },
    enter(uploader) {
      const parties = partiesOf(uploader);
      // Asked each time, because a reload may add a second tenant.
      const shares = tenants() === 1 ? { ...UPLOAD_SHARES, tenant: 1 } : UPLOAD_SHARES;
      const isFull = parties.some(
        ([share, key]) => (counts.get(key) ?? 0) >= Math.max(1, Math.floor(places * shares[share])),
      );
      if (isFull || underWay >= places) {
        throw new ProblemError({ kind: 'overloaded', retryAfterSeconds: RETRY_AFTER_SECONDS });
      }
      underWay += 1;
      for (const [, key] of parties) add(key, 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        underWay -= 1;
        for (const [, key] of parties) add(key, -1);
      };
    },
  };
}

/** The callers that a place counts against, each with a key. No id can make two keys equal. */
function partiesOf(uploader: Uploader): readonly (readonly [keyof typeof UPLOAD_SHARES, string])[] {
  if (!uploader.principal) {
    return [
      ['anonymous', JSON.stringify(['anonymous'])],
      ['network', JSON.stringify(['network', networkOf(uploader.address ?? '')])],
    ];
  }
  const { tenant, dialect, credentialId } = uploader.principal;
  return [
    ['tenant', JSON.stringify(['tenant', tenant])],
    ['credential', JSON.stringify(['credential', tenant, dialect, credentialId])],
  ];
}
