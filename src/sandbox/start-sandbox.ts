import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImaging } from '../imaging/imaging.ts';
import {
  type RunningSession,
  type SandboxSession,
  type SessionOptions,
  startSession,
} from './sandbox-session.ts';
import { sandboxSettings } from './sandbox-settings.ts';
import { createSessionPages, createSessions } from './sessions.ts';

/** The options of a sandbox; none is required. */
export interface SandboxOptions extends SessionOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Whether `/docs` and `/openapi` are served; default `true`, because the inbox links to the documents. */
  readonly docs?: boolean;
}

/** A gateway for tests: one session without a name, and any number of named ones. */
export interface Sandbox extends SandboxSession {
  /**
   * The session of that name. It is started at its first use, here or by the header `X-Polyface-Session`.
   * Without options of its own it has those of the sandbox.
   */
  session(name: string, options?: SessionOptions): Promise<SandboxSession>;
  stop(): Promise<void>;
}

/** The key of the session without a name. */
const OWN_KEY = 'sandbox';

/**
 * Starts a gateway in this process. It keeps everything in memory, and checks every answer against its
 * document. After `stop` resolves, nothing of it is left.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const dataDir = await mkdtemp(join(tmpdir(), 'polyface-sandbox-'));
  const { host: _host, port: _port, docs: _docs, ...shared } = options;
  let own: RunningSession | undefined;
  const { imaging: imagingSettings } = await sandboxSettings(options, dataDir, OWN_KEY).catch(leave);
  const imaging = createImaging({ ...imagingSettings, scratchDir: join(dataDir, 'scratch') });
  const sessions = createSessions((keyId, changes) =>
    startSession({ options: { ...shared, ...changes }, imaging, keyId, dataDir }),
  );

  async function stop(): Promise<void> {
    await Promise.all([sessions.stop(), own?.stop()]);
    await imaging.stop(1);
    await rm(dataDir, { recursive: true, force: true });
  }

  async function leave(cause: unknown): Promise<never> {
    await rm(dataDir, { recursive: true, force: true });
    throw cause;
  }

  try {
    const decoding = imaging.start();
    decoding.catch(() => {});
    own = await startSession({
      options,
      imaging,
      keyId: OWN_KEY,
      dataDir,
      pages: [sessions.handle, createSessionPages(sessions)],
      proofs: [decoding],
    });
    const { answer: _answer, ...session } = own;
    return { ...session, session: (name, changes) => sessions.open(name, changes), stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
