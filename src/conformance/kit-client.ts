import { request } from 'undici';

/** A request of the kit; the path carries its query. */
export interface KitRequest {
  readonly method: string;
  /** Below the target's address, or an absolute address of a download. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** The answer, whole. */
export interface KitAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What went over the wire in one exchange. */
export interface KitExchange {
  readonly request: KitRequest;
  readonly answer: KitAnswer;
}

/** Talks to the server and remembers each exchange. */
export interface KitClient {
  send(request: KitRequest): Promise<KitAnswer>;
}

/** Longest wait for an answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 60_000;

/** A client that tells `remember` of each exchange. Redirects are answers, not detours. */
export function createKitClient(baseUrl: string, remember: (exchange: KitExchange) => void): KitClient {
  return {
    async send(kitRequest) {
      const { method, path, headers, body } = kitRequest;
      const reply = await request(/^https?:/.test(path) ? path : baseUrl + path, {
        method,
        headers,
        ...(body ? { body } : {}),
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
      });
      const answer: KitAnswer = {
        status: reply.statusCode,
        headers: Object.fromEntries(
          Object.entries(reply.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ]),
        ),
        body: Buffer.from(await reply.body.arrayBuffer()),
      };
      remember({ request: kitRequest, answer });
      return answer;
    },
  };
}
