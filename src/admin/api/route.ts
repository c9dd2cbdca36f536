import type { Request, RequestHandler, Response } from 'express';
import type { Json } from '../../domain/index.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import { type AdminRole, includesRole, type Operator } from '../admin-role.ts';

/** One request of the admin API, from an operator who has authenticated and is allowed to send it. */
export interface AdminCall {
  readonly request: Request;
  readonly response: Response;
  readonly operator: Operator;
}

/**
 * A handler that only operators of the role reach. Its result is sent as JSON. `undefined`: the handler has
 * sent the response itself.
 */
export function forRole(
  parts: AdminParts,
  role: AdminRole,
  handle: (call: AdminCall) => unknown,
): RequestHandler {
  return async (request, response) => {
    const operator = await parts.authenticator.authenticate(request);
    requireRole(operator, role);
    const result: unknown = await handle({ request, response, operator });
    if (result !== undefined && !response.headersSent) response.json(result);
  };
}

/** Refuses what the operator's role does not include. */
export function requireRole(operator: Operator, role: AdminRole): void {
  if (!includesRole(operator.role, role))
    throw new AdminProblem(403, `This needs the role "${role}"; you have the role "${operator.role}".`);
}

/** Does something that belongs into the audit log, and writes there how it ended. */
export async function runAudited<T>(
  { audit }: Pick<AdminParts, 'audit'>,
  event: {
    readonly operator: Operator;
    readonly action: string;
    readonly target: string;
    readonly reason?: string | undefined;
    readonly before?: Json;
  },
  act: () => Promise<T>,
  after: (done: T) => { readonly result: 'done' | 'refused'; readonly after?: Json } = () => ({
    result: 'done',
  }),
): Promise<T> {
  const { operator, reason, ...rest } = event;
  const base = { actor: operator.name, ...rest, ...(reason === undefined ? {} : { reason }) };
  let done: T;
  try {
    done = await act();
  } catch (cause) {
    await audit.append({ ...base, result: cause instanceof AdminProblem ? 'refused' : 'failed' });
    throw cause;
  }
  await audit.append({ ...base, ...after(done) });
  return done;
}

/** A query parameter, or `undefined`; a repeated one is refused. */
export function queryText({ query }: Request, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string')
    throw new AdminProblem(400, `The parameter "${name}" is given more than once.`);
  return value;
}

/** Reads a whole number from the query, within bounds. */
export function queryCount(
  request: Request,
  name: string,
  fallback: number,
  most: number,
  least = 1,
): number {
  const text = queryText(request, name);
  if (text === undefined) return fallback;
  const count = Number(text);
  if (!Number.isInteger(count) || count < least || count > most)
    throw new AdminProblem(
      400,
      `The parameter "${name}" is a whole number from ${least} to ${most}; it was "${text.slice(0, 40)}".`,
    );
  return count;
}

/** The members of a JSON body; every other body is refused. */
export function bodyMembers({ body }: Request): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new AdminProblem(400, 'A JSON object is expected as the body.');
  return body as Readonly<Record<string, unknown>>;
}

/** A text member of a body, or `undefined`. */
export function optionalText(members: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = members[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || value.length > 1_000)
    throw new AdminProblem(400, `"${name}" is a text of at most 1,000 characters.`);
  return value;
}

/** A text member that must be there. */
export function requiredText(members: Readonly<Record<string, unknown>>, name: string): string {
  const value = optionalText(members, name);
  if (value === undefined) throw new AdminProblem(400, `"${name}" is missing.`);
  return value;
}

/** How often a stream of events shows that it is alive, and is asked whether its operator may read on. */
const HEARTBEAT_MS = 15_000;

/**
 * Begins a stream of server-sent events; returns how to send one. It ends when the client leaves, and soon
 * after the client's credential is no longer good.
 */
export function beginEvents(
  { authenticator }: Pick<AdminParts, 'authenticator'>,
  { request, response }: Pick<AdminCall, 'request' | 'response'>,
): {
  readonly send: (event: string, data: unknown) => void;
  readonly onLeave: (act: () => void) => void;
} {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.write(':\n\n');
  // The client may have left while it was authenticated. Nothing would end the heartbeat then.
  const hasLeft = request.destroyed;
  const heartbeat = setInterval(() => {
    response.write(':\n\n');
    authenticator.authenticateAgain(request).catch((cause: unknown) => {
      if (cause instanceof AdminProblem && [401, 429].includes(cause.status)) response.end();
    });
  }, HEARTBEAT_MS).unref();
  const onLeave = (act: () => void) => {
    if (hasLeft) act();
    else request.once('close', act);
  };
  onLeave(() => clearInterval(heartbeat));
  response.once('finish', () => clearInterval(heartbeat));
  return {
    send(event, data) {
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    onLeave,
  };
}
