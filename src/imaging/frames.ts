import type { Json } from '../domain/index.ts';

/** A message between the pool and a worker: a small JSON head, and bytes that are sent as they are. */
export interface Frame {
  readonly head: Json;
  readonly body: Buffer;
}

const PREFIX_BYTES = 8;

/** No frame is larger than what a worker may hold anyway; a longer one is a broken or hostile peer. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;

/**
 * The pieces of a frame in order, to be written together: two lengths and the head, then the body without a copy. Cheaper than
 * the channel of `fork`, which copies bodies through the structured-clone serializer on both sides.
 */
export function encodeFrame(head: Json, body: Uint8Array = new Uint8Array()): Uint8Array[] {
  const text = JSON.stringify(head);
  const headBytes = Buffer.byteLength(text);
  const start = Buffer.allocUnsafe(PREFIX_BYTES + headBytes);
  start.writeUInt32LE(headBytes, 0);
  start.writeUInt32LE(body.byteLength, 4);
  start.write(text, PREFIX_BYTES);
  return body.byteLength > 0 ? [start, body] : [start];
}

/** Takes the bytes as they arrive and calls `onFrame` for each whole frame. Throws when the peer breaks the protocol. */
export function createFrameReader(onFrame: (frame: Frame) => void): (bytes: Buffer) => void {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let wantedBytes = PREFIX_BYTES;

  return (bytes) => {
    held.push(bytes);
    heldBytes += bytes.length;
    while (heldBytes >= wantedBytes) {
      const all = held.length === 1 && held[0] ? held[0] : Buffer.concat(held, heldBytes);
      const frameBytes = PREFIX_BYTES + all.readUInt32LE(0) + all.readUInt32LE(4);
      if (frameBytes > MAX_FRAME_BYTES) throw new Error(`a frame of ${frameBytes} bytes is over the limit`);
      if (heldBytes < frameBytes) {
        held = [all];
        wantedBytes = frameBytes;
        return;
      }
      const bodyStart = PREFIX_BYTES + all.readUInt32LE(0);
      const rest = all.subarray(frameBytes);
      held = rest.length > 0 ? [rest] : [];
      heldBytes = rest.length;
      wantedBytes = PREFIX_BYTES;
      const head = JSON.parse(all.toString('utf8', PREFIX_BYTES, bodyStart)) as Json;
      onFrame({ head, body: all.subarray(bodyStart, frameBytes) });
    }
  };
}
