import express, { type RequestHandler } from 'express';
import type { ExchangeLog } from './exchange-log.ts';
import type { FaultPlan } from './fault-plan.ts';
import { readFaultPlans } from './read-fault-plans.ts';

/** Where the pages are; no dialect has a path below it. */
const CONTROL_PREFIX = '/_sandbox';

/** What the pages do. */
export interface SandboxControl {
  readonly log: ExchangeLog;
  plan(plans: readonly FaultPlan[]): void;
  reset(): void;
  advance(durationMs: number): void;
}

const QUERIES = ['dialect', 'operationId', 'method', 'problem', 'credentialId'] as const;

/**
 * The sandbox by HTTP, for tests in other languages: `GET /_sandbox/exchanges?dialect=…&status=…`, `PUT /_sandbox/faults` (a JSON list of
 * plans), `POST /_sandbox/reset`, `POST /_sandbox/clock` (`{"advanceMs": …}`).
 */
export function createControlPages({ log, plan, reset, advance }: SandboxControl): RequestHandler {
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
    if (typeof plans === 'string') response.status(400).json({ error: plans });
    else {
      plan(plans);
      response.status(204).end();
    }
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
  return pages;
}
