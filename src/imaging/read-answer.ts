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
import type { Frame } from './frames.ts';
import type { RenditionReport, WorkerAnswer } from './job.ts';
import { scratchPath } from './scratch-folder.ts';

/**
 * The answer of a worker. A worker has read hostile bytes with native code, so nothing that it says is believed where belief
 * would cost: names and paths are computed here, lengths are held against what arrived.
 */
export function readAnswer(
  { head, body }: Frame,
  recipes: readonly RenditionRecipe[],
  scratch: string,
): { readonly facts: PictureFacts; readonly renditions: readonly RenderedPicture[] } {
  const answer = head as WorkerAnswer;
  switch (answer.kind) {
    case 'done':
      return { facts: checkedFacts(answer.facts), renditions: renditionsOf(answer, body, recipes, scratch) };
    case 'refused':
      throw new ProblemError(answer.problem);
    case 'failed':
      throw new Error(`a picture worker failed: ${answer.reason}`);
    case 'ready':
    case 'unfit':
      throw new Error(`a picture worker answered ${answer.kind} to a job`);
  }
}

function checkedFacts(facts: PictureFacts): PictureFacts {
  const { format, width, height, frames, transparent, decodable } = facts;
  requireFormat(format);
  return { format, width, height, frames, transparent, decodable };
}

function renditionsOf(
  { renditions }: Extract<WorkerAnswer, { kind: 'done' }>,
  body: Buffer,
  recipes: readonly RenditionRecipe[],
  scratch: string,
): RenderedPicture[] {
  if (renditions.length !== recipes.length) {
    throw new Error('a picture worker made another number of renditions than asked for');
  }
  let at = 0;
  const rendered = renditions.map((report, index): RenderedPicture => {
    const recipe = recipes[index];
    if (!recipe) throw new Error('a picture worker made a rendition of no recipe');
    const start = at;
    if (!report.inScratch) at += report.bytes;
    const source: ByteSource = report.inScratch
      ? { kind: 'file', path: scratchPath(scratch, index), size: report.bytes }
      : { kind: 'memory', bytes: body.subarray(start, at) };
    return { name: renditionName(recipe), ...checkedReport(report), source };
  });
  if (at !== body.length) throw new Error('a picture worker sent other bytes than it reported');
  return rendered;
}

function checkedReport({ format, width, height, bytes, sha256 }: RenditionReport) {
  requireFormat(format);
  return { format, width, height, bytes, sha256 };
}

function requireFormat(format: PictureFormat): void {
  if (!Object.hasOwn(PICTURE_FORMATS, format)) throw new Error('a picture worker named an unknown format');
}
