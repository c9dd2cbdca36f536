import {
  closeSync,
  createReadStream,
  fstatSync,
  openSync,
  read as readWithCallback,
  statSync,
} from 'node:fs';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ByteRange, ObjectSource, ObjectStore, OpenObject } from '../../domain/index.ts';
import { errorCode } from '../../temporary-files/error-code.ts';
import { asStoreWork, storeErrorFrom } from '../../temporary-files/store-error.ts';
import { MARKER_KEY } from '../store-marker.ts';
import type { DurableFolders } from './durable-folders.ts';
import { linkIfFree, removeIfThere, syncFile } from './file-operations.ts';
import { pathOf, placeOfKey } from './place-of-key.ts';
import type { Reserve } from './reserve.ts';
import { createRootGuard } from './root-guard.ts';
import type { Staging } from './stage-file.ts';
import { walkKeys } from './walk-keys.ts';

const read = promisify(readWithCallback);

/** Parts up to this size are read in one call, larger ones in pieces of this size, in bytes. */
const READ_BYTES = 256 * 1024;

/** A subject's bodies share a folder, so that one upload has to sync one folder. */
const SHARDED_SEGMENTS = 1;
const LAYOUT = { leaf: 'file', shardedSegments: SHARDED_SEGMENTS } as const;

/** How many bodies a listing reads before other work gets a turn. */
const LISTED_PER_TURN = 64;

/** Bodies as files below `root`. An exclusive link gives each its name once it is complete and durable. */
export function createFilesystemObjects(parts: {
  readonly root: string;
  readonly folders: DurableFolders;
  readonly staging: Staging;
  readonly reserve: Reserve;
}): ObjectStore {
  const { root, folders, staging, reserve } = parts;
  const guard = createRootGuard(root, pathOf(root, placeOfKey(MARKER_KEY, SHARDED_SEGMENTS)).path);

  async function publish(key: string, whole: string): Promise<'created' | 'exists'> {
    const { folder, path } = pathOf(root, placeOfKey(key, SHARDED_SEGMENTS));
    return await asStoreWork(async () => {
      await folders.require(folder);
      const created = linkIfFree(whole, path);
      // Another writer may have put the existing body, and it may not be durable yet.
      await folders.sync(folder);
      return created ? 'created' : 'exists';
    });
  }

  return {
    capabilities: { conditionalCreate: true, signedDownloads: false, orderedListing: true },

    async put(key, source, options) {
      placeOfKey(key, SHARDED_SEGMENTS);
      const signal = options?.signal;
      signal?.throwIfAborted();
      if (source.kind === 'file') {
        const linked = await publishSpoolFile(source, signal, (path) => publish(key, path));
        if (linked) return linked;
      }
      return await staging.with(bytesOf(source), (path) => publish(key, path), signal);
    },

    async get(key, range) {
      const { path } = pathOf(root, placeOfKey(key, SHARDED_SEGMENTS));
      try {
        return await openPart(openSync(path, 'r'), range);
      } catch (cause) {
        if (errorCode(cause) !== 'ENOENT') throw storeErrorFrom(cause);
        guard.requireRoot();
        return undefined;
      }
    },

    async delete(key) {
      const { path } = pathOf(root, placeOfKey(key, SHARDED_SEGMENTS));
      await asStoreWork(() => removeIfThere(path));
      reserve.fill();
    },

    async *list(prefix, options) {
      guard.requireRoot();
      let looked = 0;
      for await (const { key, path } of walkKeys(root, LAYOUT, prefix, options?.after)) {
        looked += 1;
        if (looked % LISTED_PER_TURN === 0) await nextTurn();
        const facts = statSync(path, { throwIfNoEntry: false });
        // The change time is the moment when the body got its name. Its last write may be much older.
        if (facts) yield { key, bytes: facts.size, modifiedAtMs: facts.ctimeMs };
      }
    },
  };
}

/**
 * Makes a spool file durable and publishes it under one more name, without copying it. `undefined` where the
 * file system cannot do that: another volume, no hard links, or too many of them.
 */
async function publishSpoolFile(
  source: ObjectSource & { readonly kind: 'file' },
  signal: AbortSignal | undefined,
  publish: (path: string) => Promise<'created' | 'exists'>,
): Promise<'created' | 'exists' | undefined> {
  const file = openSync(source.path, 'r');
  try {
    if (fstatSync(file).size !== source.size)
      throw new Error('the spool file has not the size that was announced');
    await asStoreWork(() => syncFile(file));
    signal?.throwIfAborted();
    return await publish(source.path);
  } catch (cause) {
    if (cannotLink(cause)) return undefined;
    throw cause;
  } finally {
    closeSync(file);
  }
}

function cannotLink(error: unknown): boolean {
  const code = errorCode(error instanceof Error ? error.cause : undefined);
  return code === 'EXDEV' || code === 'EMLINK' || code === 'EPERM' || code === 'ENOTSUP';
}

function bytesOf(source: ObjectSource): Uint8Array | AsyncIterable<Uint8Array> {
  switch (source.kind) {
    case 'memory':
      return source.bytes;
    case 'file':
      return createReadStream(source.path, { highWaterMark: READ_BYTES });
    case 'stream':
      return source.stream;
  }
}

async function openPart(file: number, range: ByteRange | undefined): Promise<OpenObject> {
  let handedOver = false;
  try {
    const totalBytes = fstatSync(file).size;
    const first = range?.first ?? 0;
    const length = (range ? range.last + 1 : totalBytes) - first;
    if (length <= READ_BYTES) return openBytes(await readWhole(file, first, length), totalBytes);
    handedOver = true;
    const stream = createReadStream('', {
      fd: file,
      start: first,
      end: first + length - 1,
      highWaterMark: READ_BYTES,
    });
    return { stream, totalBytes };
  } finally {
    if (!handedOver) closeSync(file);
  }
}

/** The stream is made only when it is used. */
function openBytes(bytes: Buffer, totalBytes: number): OpenObject {
  return {
    get stream() {
      return Readable.from(bytes.length > 0 ? [bytes] : [], { objectMode: false });
    },
    bytes,
    totalBytes,
  };
}

async function readWhole(file: number, first: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await read(file, bytes, done, length - done, first + done);
    if (bytesRead === 0) throw new RangeError('the range does not lie within the body');
    done += bytesRead;
  }
  return bytes;
}
