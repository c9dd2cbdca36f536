import { readFile } from 'node:fs/promises';
import {
  type ByteSource,
  byteLength,
  type Imaging,
  type IntakePolicy,
  ProblemError,
  type ProcessedPicture,
  type Rendition,
} from '../../src/domain/index.ts';
import { holdsLocation } from './holds-location.ts';

/** What files are held against: a dialect's, or one that takes everything. */
export interface CorpusPolicy {
  readonly name: string;
  readonly intake: Pick<IntakePolicy, 'formats' | 'minBytes' | 'maxBytes'>;
  readonly renditions: readonly Rendition[];
}

/** What became of one file. Type aliases below a report are `Json`. */
export type FileVerdict = {
  readonly file: string;
  readonly bytes: number;
  /** `accepted`, the kind of the problem, or `error`: a mistake of ours that would be a 5xx. */
  readonly verdict: string;
  /** The limit that was exceeded, or what went wrong. */
  readonly detail: string;
  /** Whether a worker had to be ended for it. */
  readonly killed: boolean;
  readonly ms: number;
  readonly locationIn: boolean;
  /** Whether any rendition tells where the picture was taken. */
  readonly locationOut: boolean;
};

/** Sends one file through the policy. */
export async function tryFile(
  imaging: Imaging,
  policy: CorpusPolicy,
  file: string,
  source: ByteSource,
  timeoutMs: number,
): Promise<FileVerdict> {
  const bytes = byteLength(source);
  const startedMs = performance.now();
  const finding = await process(imaging, policy, source);
  const ms = Math.round(performance.now() - startedMs);
  const { verdict, detail } = finding;
  const killed =
    verdict === 'image-too-complex' && (detail === 'memory' || (detail === 'time' && ms >= timeoutMs));
  const locationIn = holdsLocation(await bytesOf(source));
  return { file, bytes, verdict, detail, killed, ms, locationIn, locationOut: finding.locationOut };
}

interface Finding {
  readonly verdict: string;
  readonly detail: string;
  readonly locationOut: boolean;
}

async function process(imaging: Imaging, policy: CorpusPolicy, source: ByteSource): Promise<Finding> {
  const size = byteLength(source);
  const { formats, minBytes, maxBytes } = policy.intake;
  if (size < minBytes) return { verdict: 'file-too-small', detail: '', locationOut: false };
  if (size > maxBytes) return { verdict: 'file-too-large', detail: '', locationOut: false };
  const recipes = policy.renditions.filter((rendition) => rendition !== 'original');
  try {
    const processed = await imaging.process({ source, accepted: formats, recipes });
    try {
      const { format } = processed.facts;
      return { verdict: 'accepted', detail: format, locationOut: await tellsLocation(processed) };
    } finally {
      await processed.release();
    }
  } catch (cause) {
    return { ...refusal(cause), locationOut: false };
  }
}

function refusal(cause: unknown): Pick<Finding, 'verdict' | 'detail'> {
  if (!(cause instanceof ProblemError)) {
    return { verdict: 'error', detail: cause instanceof Error ? cause.message : String(cause) };
  }
  const { problem } = cause;
  const detail =
    problem.kind === 'image-too-complex'
      ? problem.limit
      : problem.kind === 'unsupported-format'
        ? (problem.detected ?? '')
        : '';
  return { verdict: problem.kind, detail };
}

async function tellsLocation({ renditions }: ProcessedPicture): Promise<boolean> {
  for (const { source } of renditions) if (holdsLocation(await bytesOf(source))) return true;
  return false;
}

async function bytesOf(source: ByteSource): Promise<Buffer> {
  return source.kind === 'file' ? readFile(source.path) : Buffer.from(source.bytes);
}
