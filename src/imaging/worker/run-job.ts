import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { ProblemError } from '../../domain/index.ts';
import { blankedCopy } from '../blank/blanked-copy.ts';
import { findMetadata, type KeptFormat } from '../blank/find-metadata.ts';
import { decoderInput } from '../decode/decoder-input.ts';
import { inspectPicture } from '../decode/inspect-picture.ts';
import { isDecodable } from '../decode/loaders.ts';
import { readPictureHeader } from '../decode/picture-header.ts';
import { renderPicture } from '../decode/render-picture.ts';
import { requireEnding } from '../decode/require-ending.ts';
import type { JobRequest, RenditionReport, WorkerAnswer, WorkerLimits } from '../job.ts';
import { type ByteReader, openByteReader } from '../recognise/byte-reader.ts';
import { recogniseFormat } from '../recognise/recognise-format.ts';
import { scratchPath } from '../scratch-folder.ts';

/** Renditions up to this size travel in the answer; larger ones go to a file, so that the gateway need not hold them. */
const INLINE_BYTES = 1024 * 1024;

/** What the worker sends for a job. */
export interface JobResult {
  readonly answer: WorkerAnswer;
  readonly bodies: readonly Uint8Array[];
}

/** Does one job; never rejects. */
export async function runJob(job: JobRequest, body: Uint8Array, limits: WorkerLimits): Promise<JobResult> {
  try {
    return await recogniseAndRender(job, body, limits);
  } catch (cause) {
    if (cause instanceof ProblemError) {
      return { answer: { kind: 'refused', problem: cause.problem }, bodies: [] };
    }
    const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    return { answer: { kind: 'failed', reason }, bodies: [] };
  }
}

async function recogniseAndRender(
  job: JobRequest,
  body: Uint8Array,
  limits: WorkerLimits,
): Promise<JobResult> {
  const reader = await openByteReader(job.path ?? body);
  try {
    const format = await recogniseFormat(reader, job.accepted);
    if (!isDecodable(format)) return await blankCopies(format, reader, job);
    const input = decoderInput(format, reader, limits);
    const header = await readPictureHeader(input, reader, limits);
    await requireEnding(format, reader);
    const inspected = await inspectPicture(input, header, job.recipes.length > 0);
    const renditions: RenditionReport[] = [];
    const bodies: Uint8Array[] = [];
    for (const [index, recipe] of job.recipes.entries()) {
      const { bytes, ...made } = await renderPicture(input, inspected, recipe);
      const inScratch = bytes.length > INLINE_BYTES;
      if (inScratch) await writeFile(scratchPath(job.scratch, index), bytes, { flag: 'wx', mode: 0o600 });
      else bodies.push(bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      renditions.push({ ...made, bytes: bytes.length, sha256, inScratch });
    }
    const { width, height, frames, transparent } = inspected;
    const facts = { format, width, height, frames, transparent, decodable: true };
    return { answer: { kind: 'done', facts, renditions }, bodies };
  } finally {
    await reader.close();
  }
}

/** Of what cannot be decoded every rendition is the file itself, of the same length, with all but the picture blanked. */
async function blankCopies(
  format: KeptFormat,
  reader: ByteReader,
  { recipes, scratch }: JobRequest,
): Promise<JobResult> {
  // Also where nothing is rendered: what is accepted now can be handed out later.
  const erasure = await findMetadata(format, reader);
  const renditions: RenditionReport[] = [];
  const bodies: Uint8Array[] = [];
  for (const index of recipes.keys()) {
    const inScratch = reader.size > INLINE_BYTES;
    const to = inScratch ? { path: scratchPath(scratch, index) } : 'memory';
    const { sha256, body } = await blankedCopy(reader, erasure, to);
    if (body) bodies.push(body);
    renditions.push({ format, width: 0, height: 0, bytes: reader.size, sha256, inScratch });
  }
  const facts = { format, width: 0, height: 0, frames: 1, transparent: false, decodable: false };
  return { answer: { kind: 'done', facts, renditions }, bodies };
}
