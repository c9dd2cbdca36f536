import express, { type Request, type RequestHandler, type Response } from 'express';
import type { ExchangeLog } from './exchange-log.ts';
import type { FaultPlan } from './fault-plan.ts';
import { readFaultPlans } from './read-fault-plans.ts';
import { receiveControlJson } from './receive-control-json.ts';
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
  pages.get(`${CONTROL_PREFIX}/exchanges`, async ({ query }, response) => {
    const wanted: Record<string, unknown> = {};
    for (const name of QUERIES) if (typeof query[name] === 'string') wanted[name] = query[name];
    if (typeof query.status === 'string') wanted.status = Number(query.status);
    response.json(await log.find(wanted));
  });
  pages.put(
    `${CONTROL_PREFIX}/faults`,
    withJson((value) => {
      const plans = readFaultPlans(value);
      if (typeof plans === 'string') return { error: plans };
      const known = operations();
      const unknown = unknownCall(plans, known);
      if (unknown !== undefined) return { error: unknown, operations: known };
      return plan(plans);
    }),
  );
  pages.post(`${CONTROL_PREFIX}/reset`, (_request, response) => {
    reset();
    response.status(204).end();
  });
  pages.post(
    `${CONTROL_PREFIX}/clock`,
    withJson((value) => {
      const advanceMs =
        typeof value === 'object' && value !== null && 'advanceMs' in value ? value.advanceMs : undefined;
      if (typeof advanceMs !== 'number' || !Number.isFinite(advanceMs)) {
        return { error: 'advanceMs: a number of milliseconds is wanted' };
      }
      return advance(advanceMs);
    }),
  );
  return pages;
}

/** What is wrong with an order. */
interface Refusal {
  readonly error: string;
  readonly operations?: KnownOperations;
}

/** Carries out an order that comes as JSON: 204, or 400 with what `obey` has against it. */
function withJson(obey: (value: unknown) => Refusal | void) {
  return async (request: Request, response: Response): Promise<void> => {
    const body = await receiveControlJson(request);
    if (body.kind === 'refused') {
      response.status(body.status).json({ error: body.error });
      return;
    }
    const refusal = obey(body.value);
    if (refusal) response.status(400).json(refusal);
    else response.status(204).end();
  };
}
