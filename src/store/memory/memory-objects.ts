import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ObjectFacts, ObjectSource, ObjectStore } from '../../domain/index.ts';
import { requireKey, requirePrefix } from '../store-key.ts';

interface HeldBody {
  readonly bytes: Uint8Array;
  readonly modifiedAtMs: number;
}

/** Bodies in this process's memory. */
export function createMemoryObjects(now: () => number): ObjectStore {
  const bodies = new Map<string, HeldBody>();

  return {
    capabilities: { conditionalCreate: true, signedDownloads: false, orderedListing: true },

    async put(key, source, options) {
      requireKey(key);
      const bytes = await bytesOf(source, options?.signal);
      options?.signal?.throwIfAborted();
      if (bodies.has(key)) return 'exists';
      bodies.set(key, { bytes, modifiedAtMs: now() });
      return 'created';
    },

    async get(key, range) {
      const body = bodies.get(requireKey(key));
      if (!body) return undefined;
      const part = range ? body.bytes.subarray(range.first, range.last + 1) : body.bytes;
      return {
        stream: Readable.from(part.byteLength > 0 ? [part] : [], { objectMode: false }),
        totalBytes: body.bytes.byteLength,
      };
    },

    async delete(key) {
      bodies.delete(requireKey(key));
    },

    async *list(prefix, options) {
      for (const key of keysFrom(bodies.keys(), prefix, options?.after)) {
        const body = bodies.get(key);
        if (body) yield factsOf(key, body);
      }
    },
  };
}

/** The keys that start with the prefix and come after `after`, in order by code unit. */
export function keysFrom(keys: Iterable<string>, prefix: string, after: string | undefined): string[] {
  requirePrefix(prefix);
  return [...keys].filter((key) => key.startsWith(prefix) && (after === undefined || key > after)).sort();
}

function factsOf(key: string, body: HeldBody): ObjectFacts {
  return { key, bytes: body.bytes.byteLength, modifiedAtMs: body.modifiedAtMs };
}

async function bytesOf(source: ObjectSource, signal: AbortSignal | undefined): Promise<Uint8Array> {
  switch (source.kind) {
    case 'memory':
      return Uint8Array.from(source.bytes);
    case 'file':
      return await readFile(source.path, { signal });
    case 'stream': {
      const chunks: Uint8Array[] = [];
      for await (const chunk of source.stream) {
        signal?.throwIfAborted();
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    }
  }
}
