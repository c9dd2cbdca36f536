import { FAULT_HEADER, readFaultHeader } from './fault-header.ts';
import type { CallMatch, Fault, FaultPlan } from './fault-plan.ts';

/** The parts of a call that plans look at. */
export interface FaultyCall {
  readonly dialect?: string;
  readonly operationId?: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Decides which fault each call gets. */
export interface FaultChooser {
  /**
   * Call it once for each request, because it counts. Throws where the request's own header is not
   * understood.
   */
  choose(call: FaultyCall): Fault;
  /** Replaces all plans. Counting starts again. */
  plan(plans: readonly FaultPlan[]): void;
}

/**
 * A header of the request comes before the plans. Where several plans are due, later ones add to earlier
 * ones.
 */
export function createFaultChooser(): FaultChooser {
  let counted: { readonly plan: FaultPlan; calls: number }[] = [];
  return {
    plan(plans) {
      counted = plans.map((plan) => ({ plan, calls: 0 }));
    },
    choose(call) {
      let fault: Fault = {};
      for (const entry of counted) {
        if (!matches(entry.plan.match ?? {}, call)) continue;
        entry.calls += 1;
        const { match: _match, at, ...own } = entry.plan;
        if (isDue(at, entry.calls)) fault = { ...fault, ...own };
      }
      const header = call.headers[FAULT_HEADER];
      const own = typeof header === 'string' ? readFaultHeader(header) : {};
      if (typeof own === 'string') throw new Error(own);
      return { ...fault, ...own };
    },
  };
}

function matches({ dialect, operationId, method, path }: CallMatch, call: FaultyCall): boolean {
  return (
    (dialect === undefined || dialect === call.dialect) &&
    (operationId === undefined || operationId === call.operationId) &&
    (method === undefined || method.toUpperCase() === call.method) &&
    (path === undefined || call.path.startsWith(path))
  );
}

function isDue(at: FaultPlan['at'], call: number): boolean {
  if (at === undefined) return true;
  return typeof at === 'number' ? at === call : at.includes(call);
}
