import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { type Command, Option } from 'commander';

/** A refusal of the admin API (RFC 9457). */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal';
  readonly status: number;
  /** The whole problem document. */
  readonly problem: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(typeof problem.detail === 'string' ? problem.detail : `the admin API answered ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

/** The admin API of a running gateway, for commands. */
export interface AdminClient {
  /**
   * Rejects with `AdminRefusal`. The result has the type that `openapi/admin.yaml` gives for the path. With
   * `version`, it is refused where that is not the present version any more.
   */
  ask<T>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    version?: number,
  ): Promise<T>;
  /** Sends lines of JSON. Rejects with `AdminRefusal`. */
  sendLines<T>(path: string, lines: string): Promise<T>;
  /** The lines of an answer, as they come. Rejects with `AdminRefusal`, and where the answer breaks off. */
  readLines(path: string): AsyncIterable<string>;
  /** Every item of a list with pages. `path` has a query; `parameter` asks for the page that `next` names. */
  askAll<T>(path: string, parameter: string): Promise<readonly T[]>;
}

/** A body that is sent. */
interface Content {
  readonly type: string;
  readonly text: string;
}

/** One page of a list. */
interface ListPage<T> {
  readonly items: readonly T[];
  readonly next?: string | number;
}

/** `--admin`: the command asks a running gateway instead of opening the store. */
export function adminOption(): Option {
  return new Option(
    '--admin <url>',
    'ask the admin port of a running gateway instead of opening the store; the token is taken from POLYFACE_ADMIN_TOKEN',
  ).env('POLYFACE_ADMIN');
}

/**
 * For a command that works on a store which it opens itself: it refuses `--admin`. A caller who names a
 * gateway does not mean the store of the settings here.
 */
export function refuseAdmin(command: Command, why: string): Command {
  return command.addOption(adminOption().hideHelp()).hook('preAction', (_, asked) => {
    if (asked.opts<{ readonly admin?: string }>().admin !== undefined)
      throw new Error(`${why}: leave --admin (POLYFACE_ADMIN) out`);
  });
}

/** A client of the admin port at that address. */
export function createAdminClient(
  address: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): AdminClient {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new Error(`${address}: an address such as http://127.0.0.1:8081 is expected after --admin`);
  const token = env.POLYFACE_ADMIN_TOKEN;
  if (!token)
    throw new Error(
      'no admin token: put one into POLYFACE_ADMIN_TOKEN (polyface admin tokens create makes one)',
    );
  const base = new URL('/admin/v1', address).href;
  const send = (method: string, path: string, content?: Content, version?: number) =>
    fetchAdmin(base + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(content ? { 'content-type': content.type } : {}),
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      },
      ...(content ? { body: content.text } : {}),
    });
  async function read<T>(response: Response): Promise<T> {
    const text = await response.text();
    const value = text === '' ? undefined : parseAnswer(address, text);
    if (!response.ok) throw new AdminRefusal(response.status, asMembers(value));
    return value as T;
  }
  async function ask<T>(method: string, path: string, body?: object, version?: number): Promise<T> {
    const content = body && { type: 'application/json', text: JSON.stringify(body) };
    return await read<T>(await send(method, path, content, version));
  }
  return {
    ask,
    async sendLines<T>(path: string, text: string) {
      return await read<T>(await send('POST', path, { type: 'application/x-ndjson', text }));
    },
    async *readLines(path) {
      const response = await send('GET', path);
      if (!response.ok || !response.body) {
        await read(response);
        return;
      }
      yield* createInterface({ input: Readable.from(response.body) });
    },
    async askAll<T>(path: string, parameter: string) {
      const all: T[] = [];
      for (let next: string | number | undefined = ''; next !== undefined; ) {
        const page: ListPage<T> = await ask('GET', next === '' ? path : `${path}&${parameter}=${next}`);
        all.push(...page.items);
        ({ next } = page);
      }
      return all;
    },
  };
}

async function fetchAdmin(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    const why = Error.isError(cause) && Error.isError(cause.cause) ? `: ${cause.cause.message}` : '';
    throw new Error(`the admin port ${new URL(url).origin} cannot be reached${why}`, { cause });
  }
}

function parseAnswer(address: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${address} is no admin port of Polyface: its answer is not JSON`, { cause });
  }
}

function asMembers(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
