import express, { type Request, type RequestHandler, type Response } from 'express';
import { hintAt } from '../settings/nearest-name.ts';
import type { ExchangeLog } from './exchange-log.ts';
import type { FaultPlan } from './faults/fault-plan.ts';
import { readFaultPlans } from './faults/read-fault-plans.ts';
import { type KnownOperations, unknownCall } from './faults/unknown-calls.ts';
import { receiveControlJson } from './receive-control-json.ts';
import { requireSameOrigin } from './same-origin.ts';

/** The prefix of the pages. No dialect has a path below it. */
const CONTROL_PREFIX = '/_sandbox';

/** The functions behind the pages. */
export interface SandboxControl {
  readonly log: ExchangeLog;
  /** The operations that plans may name. */
  operations(): KnownOperations;
  plan(plans: readonly FaultPlan[]): void;
  reset(): void;
  advance(durationMs: number): void;
}

const QUERIES = ['dialect', 'operationId', 'method', 'problem', 'credentialId', 'status'];

/**
 * The sandbox over HTTP, for tests in other languages: `GET /_sandbox/exchanges?dialect=…&status=…`, `PUT
 * /_sandbox/faults` (a JSON list of plans), `POST /_sandbox/reset`, `POST /_sandbox/clock` (`{"advanceMs":
 * …}`). A request that is not understood gets 400 and `{"error": …}`.
 */
export function createControlPages({
  log,
  operations,
  plan,
  reset,
  advance,
}: SandboxControl): RequestHandler {
  const pages = express.Router();
  pages.use(CONTROL_PREFIX, requireSameOrigin);
  pages.get(`${CONTROL_PREFIX}/exchanges`, async ({ query }, response) => {
    const unknown = Object.keys(query).find((name) => !QUERIES.includes(name));
    if (unknown !== undefined) {
      response.status(400).json({ error: `there is no filter "${unknown}"; ${hintAt(unknown, QUERIES)}` });
      return;
    }
    const { status, ...wanted } = query;
    response.json(await log.find({ ...wanted, ...(status !== undefined && { status: Number(status) }) }));
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

/** The refusal of a request to the sandbox. */
interface Refusal {
  readonly error: string;
  readonly operations?: KnownOperations;
}

/** Carries out a request whose body is JSON. Answers 204, or 400 with the refusal of `carryOut`. */
function withJson(carryOut: (value: unknown) => Refusal | void) {
  return async (request: Request, response: Response): Promise<void> => {
    const body = await receiveControlJson(request);
    if (body.kind === 'refused') {
      response.status(body.status).json({ error: body.error });
      return;
    }
    const refusal = carryOut(body.value);
    if (refusal) response.status(400).json(refusal);
    else response.status(204).end();
  };
}
