import {
  type ByteSource,
  PICTURE_FORMATS,
  type PictureFacts,
  type PictureFormat,
  ProblemError,
  type RenderedPicture,
  type RenditionRecipe,
  renditionName,
} from '../domain/index.ts';
import type { PictureDescription, RenditionReport, WorkerAnswer } from './job.ts';
import { scratchPath } from './scratch-folder.ts';
import type { WorkerMessage } from './worker-message.ts';

/**
 * The answer of a worker. A worker has read hostile bytes with native code, so its answer is not trusted:
 * names and paths are computed here, and lengths are checked against the bytes that arrived.
 */
export function readAnswer(
  { head, body }: WorkerMessage,
  recipes: readonly RenditionRecipe[],
  deferrable: boolean,
  scratch: string,
): { readonly facts: PictureFacts; readonly renditions: readonly RenderedPicture[] } {
  const answer = head as WorkerAnswer;
  switch (answer.kind) {
    case 'done': {
      const deferred = deferrable && answer.renditions.length === 0;
      return {
        facts: checkFacts(answer.facts),
        renditions: renditionsOf(answer, body, deferred ? [] : recipes, scratch),
      };
    }
    case 'refused':
      throw new ProblemError(answer.problem);
    case 'failed':
      throw new Error(`a picture worker failed: ${answer.reason}`);
    case 'described':
    case 'ready':
    case 'unfit':
      throw new Error(`a picture worker answered ${answer.kind} to a job`);
  }
}

/** The answer to a job that asks for a description. */
export function readDescription({ head }: WorkerMessage): PictureDescription {
  const answer = head as WorkerAnswer;
  if (answer.kind !== 'described') throw new Error(`a picture worker answered ${answer.kind} to a question`);
  return answer.description;
}

function checkFacts(facts: PictureFacts): PictureFacts {
  const { format, width, height, frames, transparent } = facts;
  requireFormat(format);
  return { format, width, height, frames, transparent };
}

function renditionsOf(
  { renditions }: Extract<WorkerAnswer, { kind: 'done' }>,
  body: Buffer,
  recipes: readonly RenditionRecipe[],
  scratch: string,
): RenderedPicture[] {
  if (renditions.length !== recipes.length) {
    throw new Error('a picture worker made more or fewer renditions than it was asked for');
  }
  let at = 0;
  const rendered = renditions.map((report, index): RenderedPicture => {
    const recipe = recipes[index];
    if (!recipe) throw new Error('a picture worker made a rendition for which there is no recipe');
    const start = at;
    if (!report.inScratch) at += report.bytes;
    const source: ByteSource = report.inScratch
      ? { kind: 'file', path: scratchPath(scratch, index), size: report.bytes }
      : { kind: 'memory', bytes: body.subarray(start, at) };
    return { name: renditionName(recipe), ...checkReport(report), source };
  });
  if (at !== body.length) throw new Error('a picture worker sent other bytes than it reported');
  return rendered;
}

function checkReport({ format, width, height, bytes, sha256 }: RenditionReport) {
  requireFormat(format);
  return { format, width, height, bytes, sha256 };
}

function requireFormat(format: PictureFormat): void {
  if (!Object.hasOwn(PICTURE_FORMATS, format)) throw new Error('a picture worker named an unknown format');
}
