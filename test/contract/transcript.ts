import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { WireProfile } from '../../src/domain/index.ts';

/** Exchanges of one dialect with the running gateway, in order: each builds on what came before. */
export interface Transcript {
  readonly dialect: string;
  readonly profile: WireProfile;
  /** Sent with every request that does not say otherwise. */
  readonly headers: Readonly<Record<string, string>>;
  readonly exchanges: readonly RecordedExchange[];
}

/** A request and the answer that it got, byte for byte. */
export interface RecordedExchange {
  readonly it: string;
  readonly request: RecordedRequest;
  readonly answer: RecordedAnswer;
}

/** `null` takes a header of the transcript away. At most one of `form`, `raw` and `json` is there. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly form?: readonly (RecordedFile & { readonly field: string })[];
  readonly raw?: RecordedFile;
  readonly json?: string;
}

/** A picture of `test/fixtures`, or the first bytes of one, or text that calls itself a file. */
export interface RecordedFile {
  readonly picture?: string;
  readonly firstBytes?: number;
  readonly text?: string;
  /** The file name on the wire; `null` makes a text field. */
  readonly name?: string | null;
}

/** Header names as spelled on the wire; those that every answer has are left out. */
export interface RecordedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const FOLDER = join(import.meta.dirname, 'transcripts');

/** Reads `transcripts/<name>.yaml`. */
export async function readTranscript(name: string): Promise<Transcript> {
  return parse(await readFile(join(FOLDER, `${name}.yaml`), 'utf8')) as Transcript;
}

/** Writes answers as they came; the reason belongs into the commit. */
export async function writeTranscript(name: string, transcript: Transcript): Promise<void> {
  await writeFile(join(FOLDER, `${name}.yaml`), stringify(transcript, { lineWidth: 0 }));
}
