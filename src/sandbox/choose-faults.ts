import { type CallMatch, FAULT_HEADER, type Fault, type FaultPlan, parseFaultHeader } from './fault-plan.ts';

/** A call, as far as plans look at it. */
export interface FaultyCall {
  readonly dialect?: string;
  readonly operationId?: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Decides what goes wrong with each call. */
export interface FaultChooser {
  /** To be asked once for each call: it counts. Throws where the call's own header is not understood. */
  choose(call: FaultyCall): Fault;
  /** Replaces all plans; counting starts afresh. */
  plan(plans: readonly FaultPlan[]): void;
}

/** A header of the request goes before the plans; of several plans that are due, later ones add to earlier ones. */
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
      return typeof header === 'string' ? { ...fault, ...parseFaultHeader(header) } : fault;
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
