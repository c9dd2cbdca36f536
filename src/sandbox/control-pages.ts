import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import type { ExchangeLog } from './exchange-log.ts';
import type { FaultPlan } from './fault-plan.ts';
import { readFaultPlans } from './read-fault-plans.ts';
import { type KnownOperations, unknownCall } from './unknown-calls.ts';

/** Where the pages are; no dialect has a path below it. */
const CONTROL_PREFIX = '/_sandbox';

/** What the pages do. */
export interface SandboxControl {
  readonly log: ExchangeLog;
  /** What plans can be about. */
  operations(): KnownOperations;
  plan(plans: readonly FaultPlan[]): void;
  reset(): void;
  advance(durationMs: number): void;
}

const QUERIES = ['dialect', 'operationId', 'method', 'problem', 'credentialId'] as const;

/**
 * The sandbox by HTTP, for tests in other languages: `GET /_sandbox/exchanges?dialect=…&status=…`, `PUT /_sandbox/faults` (a JSON list of
 * plans), `POST /_sandbox/reset`, `POST /_sandbox/clock` (`{"advanceMs": …}`). What is not understood is answered with 400 and
 * `{"error": …}`.
 */
export function createControlPages({
  log,
  operations,
  plan,
  reset,
  advance,
}: SandboxControl): RequestHandler {
  const pages = express.Router();
  // Whatever they are declared as: what `curl -d` sends is no JSON by its head.
  const json = express.json({ limit: '100kb', type: () => true });
  pages.get(`${CONTROL_PREFIX}/exchanges`, async ({ query }, response) => {
    const wanted: Record<string, unknown> = {};
    for (const name of QUERIES) if (typeof query[name] === 'string') wanted[name] = query[name];
    if (typeof query.status === 'string') wanted.status = Number(query.status);
    response.json(await log.find(wanted));
  });
  pages.put(`${CONTROL_PREFIX}/faults`, json, (request, response) => {
    const plans = readFaultPlans(request.body);
    if (typeof plans === 'string') {
      response.status(400).json({ error: plans });
      return;
    }
    const known = operations();
    const unknown = unknownCall(plans, known);
    if (unknown !== undefined) {
      response.status(400).json({ error: unknown, operations: known });
      return;
    }
    plan(plans);
    response.status(204).end();
  });
  pages.post(`${CONTROL_PREFIX}/reset`, (_request, response) => {
    reset();
    response.status(204).end();
  });
  pages.post(`${CONTROL_PREFIX}/clock`, json, (request, response) => {
    const body: unknown = request.body;
    const advanceMs =
      typeof body === 'object' && body !== null && 'advanceMs' in body ? body.advanceMs : undefined;
    if (typeof advanceMs !== 'number' || !Number.isFinite(advanceMs)) {
      response.status(400).json({ error: 'advanceMs: a number of milliseconds is wanted' });
      return;
    }
    advance(advanceMs);
    response.status(204).end();
  });
  pages.use(CONTROL_PREFIX, refuseBody);
  return pages;
}

/** What the body parser refuses is the caller's mistake: cut off or no JSON (400), too long (413), in an unknown charset or coding (415). */
const refuseBody: ErrorRequestHandler = (cause: unknown, _request, response, next) => {
  const status = Error.isError(cause) && 'status' in cause ? cause.status : undefined;
  if (!Error.isError(cause) || typeof status !== 'number' || status < 400 || status > 499) {
    next(cause);
    return;
  }
  const what = 'type' in cause && cause.type === 'entity.parse.failed' ? 'the body is no JSON: ' : '';
  response.status(status).json({ error: `${what}${cause.message}` });
};
