import type { Subject } from '../../domain/index.ts';
import type { Found } from '../people-source.ts';

/** Memory for found people, in bytes. */
const MAX_BYTES = 16 * 1024 * 1024;
/** About how many bytes each takes besides its text. */
const ENTRY_BYTES = 1_024;
/** The engine may need two bytes for each character of a text. */
const BYTES_PER_CHARACTER = 2;

/** The result of looking a name up, and when it was found. */
export interface KnownFound {
  readonly found: Exclude<Found, undefined>;
  /** Time by `performance.now`, taken before the store was asked. */
  readonly askedAtMs: number;
  /** How often this process had changed the directory by then. */
  readonly swaps: number;
  /** The version of the person's page; absent where the result depends on more than this page. */
  readonly pageVersion?: string | undefined;
}

/**
 * The results of look-ups. The least recently used one is dropped first. It stores single people, not their
 * pages: a page would be kept for one of its fifty people, and would be garbage a second later.
 */
export interface KnownPeople {
  get(name: string): KnownFound | undefined;
  set(name: string, known: KnownFound): void;
  drop(name: string): void;
}

/** See `KnownPeople`. */
export function createKnownPeople(): KnownPeople {
  const kept = new Map<string, { readonly known: KnownFound; readonly bytes: number }>();
  let total = 0;
  const drop = (name: string) => {
    total -= kept.get(name)?.bytes ?? 0;
    kept.delete(name);
  };
  return {
    get: (name) => kept.get(name)?.known,
    set(name, known) {
      const before = kept.get(name);
      const bytes =
        before?.known.found === known.found
          ? before.bytes
          : name.length * BYTES_PER_CHARACTER + weigh(known.found);
      drop(name);
      kept.set(name, { known, bytes });
      total += bytes;
      for (const oldest of kept.keys()) {
        if (total <= MAX_BYTES) break;
        drop(oldest);
      }
    },
    drop,
  };
}

function weigh(found: Subject | string): number {
  return ENTRY_BYTES + (typeof found === 'object' ? BYTES_PER_CHARACTER * JSON.stringify(found).length : 0);
}
