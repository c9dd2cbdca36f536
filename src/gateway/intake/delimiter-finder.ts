/** Looks for a form's delimiter in the chunks of its body. */
export interface DelimiterFinder {
  /** Looks through the next chunk; gives the places in it where a delimiter ends, rising. */
  look(chunk: Buffer): readonly number[];
  /** How many of the last bytes may be the beginning of a delimiter. */
  readonly pendingBytes: number;
}

/** A finder for `\r\n--boundary`. The body itself begins like a line: its first delimiter has no line break. */
export function createDelimiterFinder(delimiter: Buffer): DelimiterFinder {
  /** The bytes themselves are those with which the delimiter begins. */
  let pendingBytes = 2;

  function look(chunk: Buffer): readonly number[] {
    const ends: number[] = [];
    let from = 0;
    if (pendingBytes > 0) {
      const across = delimiter.subarray(0, pendingBytes);
      const at = Buffer.concat([across, chunk.subarray(0, delimiter.length - 1)]).indexOf(delimiter);
      if (at >= 0) {
        from = at + delimiter.length - pendingBytes;
        ends.push(from);
      }
    }
    for (let at = chunk.indexOf(delimiter, from); at >= 0; at = chunk.indexOf(delimiter, from)) {
      from = at + delimiter.length;
      ends.push(from);
    }
    const before = ends.length > 0 ? 0 : pendingBytes;
    pendingBytes = begunIn(lastBytes(chunk.subarray(from), before));
    return ends;
  }

  /** What a delimiter that is not complete yet can lie in. */
  function lastBytes(chunk: Buffer, before: number): Buffer {
    const most = delimiter.length - 1;
    if (chunk.length >= most || before === 0) return chunk.subarray(Math.max(0, chunk.length - most));
    return Buffer.concat([delimiter.subarray(0, before), chunk]).subarray(-most);
  }

  /** Length of the longest end of `bytes` with which a delimiter begins. */
  function begunIn(bytes: Buffer): number {
    const first = delimiter[0] ?? 0;
    for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
      const length = bytes.length - at;
      if (bytes.compare(delimiter, 0, length, at) === 0) return length;
    }
    return 0;
  }

  return {
    look,
    get pendingBytes() {
      return pendingBytes;
    },
  };
}
