import { Pool } from 'undici';
import { quantile } from './median.ts';
import type { PreparedBody } from './multipart.ts';
import { costOfTree } from './process-tree.ts';

/** One kind of request. */
export interface BenchRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: PreparedBody;
  /** Answers with another status fail the run. */
  readonly expect: number;
}

/** What a number of requests took. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds of processor time of the server's whole process tree, per request. */
  readonly processorMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Sends the requests with a fixed number under way, and reads each answer to its end. A sender has one request under way at a time:
 * requests that must not overlap are told apart by it.
 */
export async function driveLoad(
  server: { readonly baseUrl: string; readonly pid: number },
  requestAt: (index: number, sender: number) => BenchRequest,
  { requests, connections }: { readonly requests: number; readonly connections: number },
): Promise<LoadResult> {
  const pool = new Pool(server.baseUrl, { connections, pipelining: 1 });
  const latencies: number[] = [];
  const before = await costOfTree(server.pid);
  const began = performance.now();
  let next = 0;
  const sendAll = async (sender: number) => {
    while (next < requests) {
      const index = next;
      next += 1;
      latencies.push(await send(pool, requestAt(index, sender)));
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, (_, sender) => sendAll(sender)));
  } finally {
    await pool.close();
  }
  const seconds = (performance.now() - began) / 1000;
  const after = await costOfTree(server.pid);
  return {
    requests,
    seconds,
    perSecond: requests / seconds,
    processorMs: ((after.processorSeconds - before.processorSeconds) * 1000) / requests,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

/** Sends one request and reads the answer to its end. Milliseconds that it took. */
export async function send(
  pool: Pool,
  { method, path, headers, body, expect }: BenchRequest,
): Promise<number> {
  const began = performance.now();
  const answer = await pool.request({
    method,
    path,
    headers: { ...headers, ...body?.headers },
    ...(body ? { body: body.bytes } : {}),
  });
  if (answer.statusCode !== expect) {
    throw new Error(
      `${method} ${path} answered ${answer.statusCode}: ${(await answer.body.text()).slice(0, 300)}`,
    );
  }
  await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER });
  return performance.now() - began;
}
