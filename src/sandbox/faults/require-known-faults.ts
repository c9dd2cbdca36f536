import type { RequestHandler } from 'express';
import { FAULT_HEADER, readFaultHeader } from './fault-header.ts';
import type { FaultPlan } from './fault-plan.ts';
import { readFaultPlans } from './read-fault-plans.ts';
import { type KnownOperations, unknownCall } from './unknown-calls.ts';

/** Throws where a plan is malformed or can never apply, so that a test with a wrong plan does not pass. */
export function requireFaultPlans(plans: unknown, known: KnownOperations): readonly FaultPlan[] {
  const read = readFaultPlans(structuredClone(plans));
  const wrong = typeof read === 'string' ? read : unknownCall(read, known);
  if (typeof read === 'string' || wrong !== undefined) throw new Error(`faults: ${wrong}`);
  return read;
}

/** Answers 400 where a request asks for an unknown fault. The dialects never see such a request. */
export const refuseUnknownFaults: RequestHandler = ({ headers }, response, next) => {
  const header = headers[FAULT_HEADER];
  const read = typeof header === 'string' ? readFaultHeader(header) : undefined;
  if (typeof read === 'string') response.status(400).json({ error: read });
  else next();
};
