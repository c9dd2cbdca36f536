import { programFile } from '../../prepared/project-files.ts';
import type { FilledBlock } from './block-pool.ts';
import type { HashReply, HashRequest } from './hash-thread.ts';

/** Hashes bodies in a thread of its own, which starts when it is first needed. */
export interface BodyHasher {
  open(): BodyHash;
  /** Ends the thread; bodies that are still open fail. */
  stop(): Promise<void>;
}

/** The SHA-256 of one body. Ask for one thing at a time. */
export interface BodyHash {
  /** Goes on with these bytes. The block must stay as it is until `caughtUp` or `digest` resolves. */
  update(piece: FilledBlock): void;
  /** Resolves when all blocks that were given are free again. */
  caughtUp(): Promise<void>;
  /** In hexadecimal; the last call. */
  digest(): Promise<string>;
  /** Nobody will ask for the digest. */
  abandon(): void;
}

/** Nothing lives in the thread but a few numbers: without bounds its heap would be as lazy as the gateway's. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 1 };

interface Waiting {
  readonly resolve: (reply: HashReply) => void;
  readonly reject: (cause: Error) => void;
}

interface HashThread {
  post(request: HashRequest): void;
  /** Posts a request that is answered. */
  ask(request: HashRequest & { readonly kind: 'catch-up' | 'digest' }): Promise<HashReply>;
  end(): Promise<void>;
}

/** A hasher; costs nothing before the first body that is larger than a block. */
export function createBodyHasher(): BodyHasher {
  let thread: HashThread | undefined;
  let opened = 0;

  function requireThread(): HashThread {
    thread ??= startThread(() => {
      thread = undefined;
    });
    return thread;
  }

  return {
    open() {
      opened += 1;
      return openBody(requireThread(), opened);
    },
    async stop() {
      await thread?.end();
    },
  };
}

function openBody(thread: HashThread, body: number): BodyHash {
  let closed = false;
  return {
    update: ({ block: { memory }, length }) => thread.post({ kind: 'update', body, memory, length }),
    async caughtUp() {
      if (!closed) await thread.ask({ kind: 'catch-up', body });
    },
    async digest() {
      const { sha256 } = await thread.ask({ kind: 'digest', body });
      closed = true;
      if (sha256 === undefined) throw new Error('the hashing thread answered without a digest');
      return sha256;
    },
    abandon() {
      if (!closed) thread.post({ kind: 'abandon', body });
      closed = true;
    },
  };
}

/** A thread that ends takes its bodies with it; the next body starts another. */
function startThread(onEnd: () => void): HashThread {
  // Not imported, for that would cost every start 2 ms.
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const worker = new Worker(programFile('src/gateway/intake/hash-thread'), {
    name: 'hashing',
    execArgv: [],
    env: {},
    resourceLimits: THREAD_LIMITS,
  });
  worker.unref();
  const waiting = new Map<number, Waiting>();
  let failure: Error | undefined;

  function end(cause: unknown): void {
    if (failure) return;
    failure = new Error('the hashing thread has ended', { cause });
    onEnd();
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  }
  worker.on('message', (reply: HashReply) => {
    const asked = waiting.get(reply.body);
    waiting.delete(reply.body);
    asked?.resolve(reply);
  });
  worker.on('error', end);
  worker.on('exit', (code) => end(`exit code ${code}`));
  const post = (request: HashRequest) => worker.postMessage(request);

  return {
    post,
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        waiting.set(request.body, { resolve, reject });
        post(request);
      }),
    async end() {
      await worker.terminate();
    },
  };
}
