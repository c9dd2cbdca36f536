/**
 * Matchers for jest and vitest: which picture was sent to a sandbox? They ask over HTTP, so that the sandbox
 * may run anywhere.
 */
import '../gateway/require-node.ts';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { PictureQuestion as InboxQuestion } from '../sandbox/inbox/picture-question.ts';

/** What the picture must be. Without `waitMs` the matcher waits only for uploads under way. */
export interface PictureQuestion extends Omit<InboxQuestion, 'looksLike'> {
  /** A picture that looks the same to a person: its file, or its bytes. */
  readonly looksLike?: string | URL | Uint8Array;
}

/** A sandbox, one of its sessions, or the address of either. */
export type AskedSandbox = string | { readonly url: string };

/** What a matcher gives to jest and vitest. */
export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

/**
 * The matchers as assertions, for the type declaration: `interface Matchers<R> extends PolyfaceMatchers<R>
 * {}`.
 */
export interface PolyfaceMatchers<R = unknown> {
  /** `await` it, because the sandbox is asked over HTTP. */
  toHaveReceivedPicture(question?: PictureQuestion): Promise<R>;
}

/** Where pictures that did not match are stored, below the folder in which the tests run. */
const FOLDER = join('test-results', 'polyface');

interface Answer {
  readonly received: boolean;
  readonly message: string;
  readonly id?: string;
  readonly file?: number;
  readonly picture?: string;
  readonly upload?: { readonly files: readonly { readonly format?: string }[] };
}

/** For `expect.extend(matchers)`, once for each test file or in the set-up of all. */
export const matchers = {
  /**
   * Whether such a picture was sent to the sandbox. If not, the message says how the nearest one differs, and
   * that picture is stored below `test-results/polyface`. Throws where the question has a typing error, so
   * that no test passes by it.
   */
  async toHaveReceivedPicture(received: unknown, question: PictureQuestion = {}): Promise<MatcherResult> {
    const url = addressOf(received);
    const answer = await ask(url, question);
    const kept = answer.received ? undefined : await keepPicture(url, answer);
    const message = [
      answer.message,
      ...(kept === undefined ? [] : [`  the picture that was sent: ${kept}`]),
      `  all uploads: ${url}/_sandbox`,
    ].join('\n');
    return { pass: answer.received, message: () => message };
  },
};

function addressOf(received: unknown): string {
  const url =
    typeof received === 'object' && received !== null && 'url' in received ? received.url : received;
  if (typeof url === 'string' && URL.canParse(url)) return url.replace(/(?<!\/)\/+$/, '');
  throw new Error('toHaveReceivedPicture: expect(sandbox) wants a sandbox, a session of one, or its address');
}

async function ask(url: string, { looksLike, ...question }: PictureQuestion): Promise<Answer> {
  const bytes =
    typeof looksLike === 'string' || looksLike instanceof URL ? await readFile(looksLike) : looksLike;
  const body = JSON.stringify({
    ...question,
    ...(bytes && { looksLike: Buffer.from(bytes).toString('base64') }),
  });
  const response = await fetch(`${url}/_sandbox/expect`, { method: 'POST', body });
  if (response.ok) return (await response.json()) as Answer;
  throw new Error(`toHaveReceivedPicture: ${await response.text()}`);
}

async function keepPicture(
  url: string,
  { picture, upload, id, file = 0 }: Answer,
): Promise<string | undefined> {
  if (picture === undefined || id === undefined) return undefined;
  const response = await fetch(`${url}${picture}`);
  if (!response.ok) return undefined;
  await mkdir(FOLDER, { recursive: true });
  const path = resolve(FOLDER, `${id}-${file}.${upload?.files[file]?.format ?? 'bin'}`);
  await writeFile(path, Buffer.from(await response.arrayBuffer()));
  return path;
}
