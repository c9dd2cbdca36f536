/** How many of the newest comparisons of one gateway are kept together with their subjects' keys. */
const KEPT = 4_000;
const KEY_BYTES = 16;

/** One comparison, for a gate that looks at a part of the people. */
export interface SampledComparison {
  readonly subjectKey: string;
  readonly isDifferent: boolean;
}

/** The newest comparisons of one process, in little space: a key and one byte each. */
export interface Sample {
  add(comparison: SampledComparison): void;
  /** The sample as it is stored, in base64. */
  encode(): string;
}

/** An empty sample. */
export function createSample(kept = KEPT): Sample {
  const bytes = Buffer.alloc(kept * (KEY_BYTES + 1));
  let added = 0;
  return {
    add({ subjectKey, isDifferent }) {
      const at = (added % kept) * (KEY_BYTES + 1);
      bytes.write(subjectKey, at, 'hex');
      bytes.writeUInt8(isDifferent ? 1 : 0, at + KEY_BYTES);
      added += 1;
    },
    encode: () => bytes.subarray(0, Math.min(added, kept) * (KEY_BYTES + 1)).toString('base64'),
  };
}

/** The comparisons of a stored sample. */
export function* decodeSample(base64: string): Generator<SampledComparison> {
  const bytes = Buffer.from(base64, 'base64');
  for (let at = 0; at + KEY_BYTES < bytes.byteLength; at += KEY_BYTES + 1) {
    yield {
      subjectKey: bytes.toString('hex', at, at + KEY_BYTES),
      isDifferent: bytes.readUInt8(at + KEY_BYTES) === 1,
    };
  }
}
