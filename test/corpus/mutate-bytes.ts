/** Whole numbers from 0 up to but without `below`. */
export type Random = (below: number) => number;

/** A small seeded generator (mulberry32): the same seed mutates the same way on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below) | 0;
  };
}

type Mutation = (bytes: Buffer, random: Random) => Buffer;

/** Values that length and size fields break on. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];
/** Half of the harm is done in headers. */
const HEADER_BYTES = 256;
const LONGEST_RANGE = 64;

const MUTATIONS: readonly Mutation[] = [
  createMutation((bytes, at, random) => bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << random(8)), at)),
  createMutation((bytes, at, random) => bytes.writeUInt8(random(256), at)),
  createMutation((bytes, at, random) => bytes.writeUInt8(EXTREMES[random(EXTREMES.length)] ?? 0, at)),
  createMutation((bytes, at, random) =>
    bytes.fill(EXTREMES[random(EXTREMES.length)] ?? 0, at, Math.min(bytes.length, at + 1 + random(8))),
  ),
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => {
    const at = place(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(LONGEST_RANGE))]);
  },
  (bytes, random) => {
    const at = place(bytes, random);
    const end = at + 1 + random(LONGEST_RANGE);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
  },
  (bytes, random) => {
    const at = place(bytes, random);
    const inserted = Buffer.from(Array.from({ length: 1 + random(16) }, () => random(256)));
    return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
  },
];

/** A copy with one to three things changed: bits, bytes, fields, ranges that are gone, doubled or new, an end that is missing. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let left = 1 + random(3); left > 0 && mutated.length > 0; left--) {
    mutated = MUTATIONS[random(MUTATIONS.length)]?.(mutated, random) ?? mutated;
  }
  return mutated;
}

function createMutation(change: (bytes: Buffer, at: number, random: Random) => void): Mutation {
  return (bytes, random) => {
    change(bytes, place(bytes, random), random);
    return bytes;
  };
}

function place(bytes: Buffer, random: Random): number {
  return random(2) === 0 ? random(Math.min(bytes.length, HEADER_BYTES)) : random(bytes.length);
}
