import { type JpegPart, SOS } from './jpeg-markers.ts';

/** What the segments before a scan say about its coded data. Only sequential Huffman coding is supported. */
interface CodingState {
  frame?: {
    readonly width: number;
    readonly height: number;
    readonly components: ReadonlyMap<number, { readonly h: number; readonly v: number }>;
  };
  restartInterval: number;
  /** By class and number (0x00 to 0x13): 16 bits of code → length << 8 | value. */
  readonly tables: Map<number, Uint16Array>;
}

/** The tables of a block in the order in which blocks follow each other in a coded unit. */
interface BlockTables {
  readonly dc: Uint16Array;
  readonly ac: Uint16Array;
}

const HUFFMAN_TABLES = 0xc4;
const RESTART_INTERVAL = 0xdd;
const SEQUENTIAL_FRAMES = new Set([0xc0, 0xc1]);
const FIRST_RESTART = 0xd0;
const LAST_RESTART = 0xd7;
const COEFFICIENTS = 64;

/** Reads the coded data of a sequential JPEG, scan by scan. */
export interface ScanFollower {
  /** Notes what a segment before a scan says. */
  note(part: JpegPart): void;
  /**
   * The coded data of a scan, without the stray bytes that some devices leave before a restart marker or
   * after the last unit. `undefined` where the data ends or breaks before every block is there.
   */
  complete(scan: JpegPart, coded: Buffer): Buffer | undefined;
}

/** Starts at the beginning of a file. */
export function followScans(): ScanFollower {
  const state: CodingState = { restartInterval: 0, tables: new Map() };
  return {
    note: (part) => noteSegment(state, part),
    complete(scan, coded) {
      const plan = scan.marker === SOS ? planScan(state, scan.payload) : undefined;
      return plan && completeIntervals(coded, plan.units, plan.blocks, state.restartInterval || plan.units);
    },
  };
}

function noteSegment(state: CodingState, { marker, payload }: JpegPart): void {
  if (marker === RESTART_INTERVAL && payload.length >= 2) state.restartInterval = payload.readUInt16BE(0);
  else if (marker === HUFFMAN_TABLES) readTables(state.tables, payload);
  else if (SEQUENTIAL_FRAMES.has(marker) && payload.length >= 6) {
    const components = new Map<number, { readonly h: number; readonly v: number }>();
    for (let at = 6; at + 2 < payload.length; at += 3) {
      const sampling = payload.readUInt8(at + 1);
      components.set(payload.readUInt8(at), { h: sampling >> 4, v: sampling & 0x0f });
    }
    state.frame = { height: payload.readUInt16BE(1), width: payload.readUInt16BE(3), components };
  }
}

function readTables(tables: Map<number, Uint16Array>, payload: Buffer): void {
  for (let at = 0; at + 17 <= payload.length; ) {
    const table = new Uint16Array(65_536);
    let code = 0;
    let value = at + 17;
    for (let length = 1; length <= 16; length++) {
      for (let left = payload[at + length] ?? 0; left > 0 && value < payload.length; left--) {
        const from = code << (16 - length);
        table.fill((length << 8) | payload.readUInt8(value), from, from + (1 << (16 - length)));
        code += 1;
        value += 1;
      }
      code <<= 1;
    }
    tables.set(payload.readUInt8(at), table);
    at = value;
  }
}

/** How many units a scan has, and which blocks each unit has. */
function planScan(
  { frame, tables }: CodingState,
  payload: Buffer,
): { readonly units: number; readonly blocks: readonly BlockTables[] } | undefined {
  const count = payload[0] ?? 0;
  if (!frame || count === 0 || payload.length < 1 + count * 2) return undefined;
  const all = [...frame.components.values()];
  const widest = Math.max(...all.map(({ h }) => h));
  const tallest = Math.max(...all.map(({ v }) => v));
  const blocks: BlockTables[] = [];
  let units = Math.ceil(frame.width / (8 * widest)) * Math.ceil(frame.height / (8 * tallest));
  for (let index = 0; index < count; index++) {
    const component = frame.components.get(payload.readUInt8(1 + index * 2));
    const numbers = payload.readUInt8(2 + index * 2);
    const dc = tables.get(numbers >> 4);
    const ac = tables.get(0x10 | (numbers & 0x0f));
    if (!component || !dc || !ac) return undefined;
    // A scan of one component holds its blocks one by one, without the blocks that only fill up a unit.
    if (count === 1) {
      const columns = Math.ceil(Math.ceil((frame.width * component.h) / widest) / 8);
      units = columns * Math.ceil(Math.ceil((frame.height * component.v) / tallest) / 8);
    }
    const each = count === 1 ? 1 : component.h * component.v;
    for (let block = 0; block < each; block++) blocks.push({ dc, ac });
  }
  return { units, blocks };
}

function completeIntervals(
  coded: Buffer,
  units: number,
  blocks: readonly BlockTables[],
  unitsEach: number,
): Buffer | undefined {
  const pieces: Buffer[] = [];
  let start = 0;
  for (let left = units; left > 0; left -= unitsEach) {
    const marker = nextRestart(coded, start);
    const end = endOfUnits(coded.subarray(start, marker), Math.min(left, unitsEach), blocks);
    if (end === undefined) return undefined;
    pieces.push(coded.subarray(start, start + end));
    if (left <= unitsEach) break;
    if (marker === coded.length) return undefined;
    pieces.push(coded.subarray(marker, marker + 2));
    start = marker + 2;
  }
  return Buffer.concat(pieces);
}

function nextRestart(coded: Buffer, from: number): number {
  for (let at = coded.indexOf(0xff, from); at >= 0; at = coded.indexOf(0xff, at + 1)) {
    const code = coded[at + 1] ?? 0;
    if (code >= FIRST_RESTART && code <= LAST_RESTART) return at;
  }
  return coded.length;
}

/** The position after so many units; `undefined` where some of them are missing. */
function endOfUnits(coded: Buffer, units: number, blocks: readonly BlockTables[]): number | undefined {
  let at = 0;
  let held = 0;
  let bits = 0;
  /** Bytes that were read after the end of the data. */
  let missing = 0;
  let taken = 0;

  /** Loads at least sixteen bits. After the end of the data they are zero. */
  const fill = () => {
    while (bits < 16) {
      const byte = coded[at];
      if (byte === undefined) missing += 1;
      held = ((held << 8) | (byte ?? 0)) & 0xff_ff_ff;
      bits += 8;
      taken += 1;
      at += byte === 0xff && coded[at + 1] === 0 ? 2 : 1;
    }
  };
  const nextSymbol = (table: Uint16Array): number => {
    fill();
    const entry = table[(held >> (bits - 16)) & 0xff_ff] ?? 0;
    bits -= entry >> 8;
    return entry >> 8 === 0 ? -1 : entry & 0xff;
  };
  const skip = (count: number) => {
    fill();
    bits -= count;
  };

  for (let unit = 0; unit < units; unit++) {
    for (const { dc, ac } of blocks) {
      const difference = nextSymbol(dc);
      if (difference < 0 || difference > 15) return undefined;
      skip(difference);
      for (let place = 1; place < COEFFICIENTS; ) {
        const symbol = nextSymbol(ac);
        if (symbol < 0) return undefined;
        const size = symbol & 0x0f;
        const zeros = symbol >> 4;
        if (size === 0 && zeros < 15) break;
        place += zeros + 1;
        if (place > COEFFICIENTS) return undefined;
        skip(size);
      }
    }
    // Bits after the end were used: the data ended before the last unit.
    if (missing * 8 > bits) return undefined;
  }
  return offsetOf(taken - Math.floor(bits / 8), coded);
}

/**
 * The position of the byte with this number. In the file, a zero follows each 0xff of the data; it does not
 * count.
 */
function offsetOf(count: number, coded: Buffer): number {
  let at = 0;
  for (let left = count; left > 0 && at < coded.length; left--) {
    at += coded[at] === 0xff && coded[at + 1] === 0 ? 2 : 1;
  }
  return at;
}
