import type { ByteSource, Json, VersionedRecord } from '../../../src/domain/index.ts';

/** The operations that the model drives, with whole bodies, so that they can be asked of another process. */
export interface StoreOperations {
  putBody(key: string, text: string): Promise<'created' | 'exists'>;
  getBody(key: string): Promise<string | undefined>;
  deleteBody(key: string): Promise<void>;
  listBodies(): Promise<string[]>;
  readRecord(key: string): Promise<VersionedRecord | undefined>;
  swapRecord(
    key: string,
    expected: string | undefined,
    value: Json,
  ): Promise<{ readonly version: string } | 'conflict'>;
  removeRecord(key: string, expected: string): Promise<'removed' | 'conflict'>;
  listRecords(): Promise<string[]>;
}

/** A store in a process of its own that may die at any moment. */
export interface MortalStore {
  readonly operations: StoreOperations;
  /** Ends the process at once, whatever it is doing, and opens the data anew in another. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/** A body that its text describes: long enough to be written in several steps. */
export function bodyOf(text: string): ByteSource {
  return { kind: 'memory', bytes: Buffer.from(text.repeat(20_000)) };
}
