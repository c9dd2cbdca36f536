import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markedPicture, readMark } from '../../test/chaos/marked-picture.ts';
import { runTool } from '../../test/generators/run-tool.ts';
import { type Account, PYTHON } from './server.ts';

const here = import.meta.dirname;

/** Programs that upload, read and download as the owner of a token: `… URL TOKEN FILE DOWNLOAD`. */
const PROGRAMS = {
  requests: [PYTHON, join(here, 'client.py')],
  axios: ['node', join(here, 'client.mjs')],
  curl: ['bash', join(here, 'client.sh')],
} as const satisfies Record<string, readonly string[]>;

/** A client library. */
export type ClientName = keyof typeof PROGRAMS;

/** Each with a person of its own. */
export const CLIENT_NAMES = Object.keys(PROGRAMS) as ClientName[];

/** What a client saw. */
export interface ClientRun {
  /** Absent where everything was as it should be. */
  readonly fault?: string;
  /** The picture's address, as it was printed. */
  readonly address: string;
}

/** Has a client upload a picture that shows `mark`, read the user and download the picture again. */
export async function runClient(
  name: ClientName,
  { id, token }: Account,
  options: {
    readonly url: string;
    readonly mark: number;
    readonly fileName: string;
    readonly folder: string;
  },
): Promise<ClientRun> {
  const file = join(options.folder, options.fileName);
  const download = join(options.folder, 'download');
  await writeFile(file, markedPicture(options.mark));
  const { ok, stdout, output } = await runTool([...PROGRAMS[name], options.url, token, file, download], {
    cwd: here,
  });
  if (!ok) return { fault: output.slice(-2_000), address: '' };
  const seen = JSON.parse(stdout) as {
    upload: number;
    read: number;
    user: string;
    download: number;
    address: string;
  };
  const { address } = seen;
  const statuses = [seen.upload, seen.read, seen.download];
  if (statuses.some((status) => status !== 200)) return { fault: `answers ${statuses.join(', ')}`, address };
  if (seen.user !== id) return { fault: `the user is ${seen.user}`, address };
  const mark = readMark(await readFile(download));
  return mark === options.mark ? { address } : { fault: `picture ${mark}, not ${options.mark}`, address };
}
