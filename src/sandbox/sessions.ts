import type { Request, RequestHandler, Response } from 'express';
import { keyIdOf } from '../gateway/downloads/ticket.ts';
import { isFromOtherSite, requireSameOrigin } from './same-origin.ts';
import type { RunningSession, SessionOptions } from './sandbox-session.ts';

/**
 * The header that names the session of a request. Pages cannot send headers everywhere, so they add
 * `?session=` to `/_sandbox`.
 */
const SESSION_HEADER = 'x-polyface-session';

/** How many sessions there may be. A new one ends the one that was used longest ago. */
const MAX_SESSIONS = 100;

const NAME = /^[A-Za-z0-9._-]{1,64}$/;

const KEY_PREFIX = 'session:';

/** Sessions by their names. Each is started when it is first used. */
export interface Sessions {
  /** Throws where the name is malformed, or where a session of that name has other options. */
  open(name: string, options?: SessionOptions): Promise<RunningSession>;
  /**
   * Passes requests to the session that they name, and downloads to the session that signed their address.
   * Starts a session where a program or a page of the sandbox names it, never for a page of another site.
   */
  readonly handle: RequestHandler;
  names(): readonly string[];
  end(name: string): Promise<boolean>;
  stop(): Promise<void>;
}

/** `start` builds the session with a name. Its signed addresses carry `keyId`. */
export function createSessions(
  start: (keyId: string, options: SessionOptions) => Promise<RunningSession>,
  most: number = MAX_SESSIONS,
): Sessions {
  // In the order of their last use.
  const sessions = new Map<string, Promise<RunningSession>>();

  function open(name: string, options?: SessionOptions): Promise<RunningSession> {
    if (!NAME.test(name)) {
      throw new Error(
        `session: ${JSON.stringify(name)} is no name; letters, digits, ".", "_" and "-" make one, up to 64`,
      );
    }
    const known = sessions.get(name);
    if (known && options) throw new Error(`session: there is one called ${name}; end it first`);
    const session = known ?? start(`${KEY_PREFIX}${name}`, options ?? {});
    sessions.delete(name);
    sessions.set(name, session);
    // A session that failed to start can be started again.
    if (!known) session.catch(() => sessions.delete(name));
    return session;
  }

  async function end(name: string): Promise<boolean> {
    const session = sessions.get(name);
    sessions.delete(name);
    const running = await session?.catch(() => undefined);
    await running?.stop();
    return running !== undefined;
  }

  async function makeRoom(): Promise<void> {
    const [oldest] = sessions.keys();
    if (sessions.size > most && oldest !== undefined) await end(oldest);
  }

  async function openOrMakeRoom(name: string, options?: SessionOptions): Promise<RunningSession> {
    const session = await open(name, options);
    await makeRoom();
    return session;
  }

  return {
    open: openOrMakeRoom,
    async handle(request, response, next) {
      const name = nameIn(request);
      if (name === undefined) return next();
      if (!NAME.test(name)) {
        response
          .status(400)
          .json({ error: `${SESSION_HEADER}: letters, digits, ".", "_" and "-" make a name, up to 64` });
        return;
      }
      // To start a session may end another one, so a page of another site must not be able to.
      if (!sessions.has(name)) {
        // No picture is left at the address of a session that has ended.
        if (request.headers[SESSION_HEADER] === undefined && !isPage(request)) return next();
        if (isPage(request)) await requireSameOrigin(request, response, () => {});
        if (response.headersSent) return;
        if (isPage(request) && isFromOtherSite(request)) return refuseStart(response);
      }
      const session = await openOrMakeRoom(name);
      session.answer(request, response);
    },
    names: () => [...sessions.keys()],
    end,
    async stop() {
      await Promise.all([...sessions.keys()].map((name) => end(name)));
    },
  };
}

/** `GET /_sandbox/sessions`, `DELETE /_sandbox/sessions/<name>`. */
export function createSessionPages(sessions: Sessions): RequestHandler {
  return async (request, response, next) => {
    const [, name] = /^\/_sandbox\/sessions(?:\/([^/]+))?$/.exec(request.path) ?? [];
    if (request.path !== '/_sandbox/sessions' && name === undefined) return next();
    requireSameOrigin(request, response, (cause?: unknown) => {
      if (cause !== undefined) return next(cause);
      if (request.method === 'GET' && name === undefined) {
        response.json({ sessions: sessions.names() });
      } else if (request.method === 'DELETE' && name !== undefined) {
        sessions.end(name).then((ended) => response.status(ended ? 204 : 404).end(), next);
      } else
        response
          .status(405)
          .set('Allow', name === undefined ? 'GET' : 'DELETE')
          .end();
    });
  };
}

function refuseStart(response: Response): void {
  response.status(403).json({ error: 'Sec-Fetch-Site: a page of another site starts no session' });
}

function isPage({ path }: Pick<Request, 'path'>): boolean {
  return path.startsWith('/_sandbox');
}

function nameIn({ headers, path, query }: Parameters<RequestHandler>[0]): string | undefined {
  const header = headers[SESSION_HEADER];
  if (header !== undefined) return String(header);
  if (isPage({ path })) return typeof query.session === 'string' ? query.session : undefined;
  // A picture's address comes without a header, because browsers and image loaders use it as it is.
  const word = path.split('/').at(-1)?.split('.', 1)[0] ?? '';
  const keyId = word.length > 40 ? keyIdOf(word) : undefined;
  return keyId?.startsWith(KEY_PREFIX) ? keyId.slice(KEY_PREFIX.length) : undefined;
}
