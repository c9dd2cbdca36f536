import { setTimeout } from 'node:timers/promises';
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

/** A rate limit of the server is not a fault, so the kit waits: this many times, and at most this long. */
const MAX_WAITS = 5;
const LONGEST_WAIT_SECONDS = 60;

/**
 * A client that passes each exchange to `remember`. It does not follow redirects, and waits after a 429 with
 * `Retry-After`.
 */
export function createKitClient(baseUrl: string, remember: (exchange: KitExchange) => void): KitClient {
  return {
    async send(kitRequest) {
      for (let waits = 0; ; waits += 1) {
        const answer = await sendOnce(kitRequest);
        const waitSeconds = Number(answer.headers['retry-after']);
        const waitable = answer.status === 429 && waitSeconds <= LONGEST_WAIT_SECONDS;
        if (!waitable || waits >= MAX_WAITS) return answer;
        await setTimeout(waitSeconds * 1000);
      }
    },
  };

  async function sendOnce(kitRequest: KitRequest): Promise<KitAnswer> {
    const { method, path, headers, body } = kitRequest;
    const reply = await request(/^https?:/.test(path) ? path : baseUrl + path, {
      method,
      headers,
      ...(body ? { body } : {}),
      // A connection of its own, so that no case suffers from the one before it.
      reset: true,
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
  }
}
