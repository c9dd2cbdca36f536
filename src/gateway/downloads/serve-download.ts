import {
  type CommandContext,
  type CommandExecutor,
  ProblemError,
  type WireRequestHead,
  type WireResponse,
} from '../../domain/index.ts';
import { DOWNLOAD_PREFIX } from './download-links.ts';

/** The ticket in a path; `undefined` for paths that are no downloads. */
export function ticketIn(path: string): string | undefined {
  return path.startsWith(DOWNLOAD_PREFIX) ? path.slice(DOWNLOAD_PREFIX.length) : undefined;
}

/** The response with the picture behind a ticket. Throws `forbidden`, `image-not-found`, `method-not-allowed`. */
export async function openDownload(
  executor: CommandExecutor,
  ticket: string,
  { method }: WireRequestHead,
  baseUrl: string,
): Promise<WireResponse> {
  if (method !== 'GET' && method !== 'HEAD') {
    throw new ProblemError({ kind: 'method-not-allowed', allow: ['GET', 'HEAD'] });
  }
  const { picture, attachment, modifiedAtMs } = await executor.execute(
    { kind: 'open-download', ticket },
    { ...NO_DIALECT, baseUrl },
  );
  return {
    status: 200,
    headers: {},
    body: { kind: 'picture', picture, attachment, ...(modifiedAtMs !== undefined && { modifiedAtMs }) },
  };
}

/** For requests outside of any dialect. The ticket names the rendition, and a download receives no file. */
const NO_DIALECT: Omit<CommandContext, 'baseUrl'> = {
  dialect: 'downloads',
  rendition: 'original',
  intake: {
    formats: [],
    minBytes: 0,
    maxBytes: 0,
    maxFiles: 0,
    slots: 0,
    bodies: [],
    field: 'any',
    surplus: 'refuse',
    renders: 'at-first-read',
    overlap: 'refuse',
  },
};
