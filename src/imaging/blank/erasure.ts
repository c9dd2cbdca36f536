import { ProblemError } from '../../domain/index.ts';

/** What to overwrite in a file so that nothing but the picture is left in it. No byte moves. */
export interface Erasure {
  /** In order and apart from each other. */
  readonly blanks: readonly Blank[];
  /** In order; written over the blanks. */
  readonly rewrites: readonly Rewrite[];
}

/** Bytes that become zeros, or spaces in a text. */
export interface Blank {
  readonly from: number;
  readonly to: number;
  readonly fill: 0 | 0x20;
}

/** Bytes that become others. */
export interface Rewrite {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Nothing to overwrite. */
export const NOTHING: Erasure = { blanks: [], rewrites: [] };

/** A picture has a handful; a file with more is made to keep its reader busy. */
const MAX_FINDINGS = 100_000;

/** Adds what was found, as long as there is not too much of it. */
export function note<T>(found: T[], ...more: readonly T[]): void {
  if (found.length + more.length > MAX_FINDINGS) unwalkable();
  found.push(...more);
}

/** Where a structure leads nowhere, nobody can tell what of it is metadata. */
export function unwalkable(): never {
  throw new ProblemError({ kind: 'corrupt-image' });
}

/** Puts in order what was found, and lays together what overlaps: a byte is blanked once, however often a file names it. */
export function erasureOf(blanks: readonly Blank[], rewrites: readonly Rewrite[] = []): Erasure {
  const merged: Blank[] = [];
  for (const blank of blanks.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && blank.from <= last.to) {
      merged[merged.length - 1] = { ...last, to: Math.max(last.to, blank.to) };
    } else {
      merged.push(blank);
    }
  }
  return { blanks: merged, rewrites: rewrites.toSorted((a, b) => a.at - b.at) };
}

/** Applies an erasure to a file that goes by in pieces, each of which directly follows the one before it. */
export function createEraser({ blanks, rewrites }: Erasure): (piece: Buffer) => void {
  let offset = 0;
  let blank = 0;
  let rewrite = 0;
  return (piece) => {
    const end = offset + piece.length;
    for (let next = blanks[blank]; next && next.from < end; next = blanks[++blank]) {
      piece.fill(next.fill, Math.max(0, next.from - offset), Math.min(piece.length, next.to - offset));
      if (next.to > end) break;
    }
    for (let next = rewrites[rewrite]; next && next.at < end; next = rewrites[++rewrite]) {
      const skipped = Math.max(0, offset - next.at);
      piece.set(next.bytes.subarray(skipped, end - next.at), next.at + skipped - offset);
      if (next.at + next.bytes.length > end) break;
    }
    offset = end;
  };
}
