import type { ProblemKind } from '../domain/index.ts';
import { SAMPLE_PROBLEMS } from './sample-problems.ts';

/** What goes wrong. Members may be combined; `problem` leaves nothing to cut short but its own answer. */
export interface Fault {
  /** Answer with this problem, in the dialect's words, without doing anything. */
  readonly problem?: ProblemKind;
  /** Wait so many milliseconds before anything is done. */
  readonly latencyMs?: number;
  /** Cut the connection after so many bytes of the answer's body. */
  readonly cutAfterBytes?: number;
  /** Send the answer's body no faster. */
  readonly bytesPerSecond?: number;
  /** Show readers what was there before the last write. */
  readonly stale?: boolean;
}

/** Which calls a plan is about; what is left out matches every call. */
export interface CallMatch {
  readonly dialect?: string;
  readonly operationId?: string;
  /** In any case of letters. */
  readonly method?: string;
  /** The path begins with it. */
  readonly path?: string;
}

/** A fault and when it happens. */
export interface FaultPlan extends Fault {
  readonly match?: CallMatch;
  /** Only at these of the matching calls, counted from 1; default: at each. */
  readonly at?: number | readonly number[];
}

/** The header with which a request asks for a fault of its own, e.g. `problem=rate-limited` or `latency=200; cut=10`. */
export const FAULT_HEADER = 'x-polyface-fault';

type ReadFault = (value: string) => Fault | undefined;

const MEMBERS: Readonly<Record<string, ReadFault>> = {
  problem: (value) => (isProblemKind(value) ? { problem: value } : undefined),
  latency: (value) => numeric(value, (latencyMs) => ({ latencyMs })),
  cut: (value) => numeric(value, (cutAfterBytes) => ({ cutAfterBytes })),
  rate: (value) => numeric(value, (bytesPerSecond) => ({ bytesPerSecond: Math.max(1, bytesPerSecond) })),
  stale: () => ({ stale: true }),
};

/** Reads the header. Throws an `Error` that names what is not understood: a test that asks for nonsense should not pass. */
export function parseFaultHeader(text: string): Fault {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .reduce<Fault>((fault, part) => {
      const [name = '', value = ''] = part.split('=').map((piece) => piece.trim());
      const read = MEMBERS[name]?.(value);
      if (!read) throw new Error(`${FAULT_HEADER}: ${part} is not understood`);
      return { ...fault, ...read };
    }, {});
}

function numeric(value: string, make: (number: number) => Fault): Fault | undefined {
  return /^\d{1,9}$/.test(value) ? make(Number(value)) : undefined;
}

/** Whether there is a problem of that name. */
export function isProblemKind(name: string): name is ProblemKind {
  return Object.hasOwn(SAMPLE_PROBLEMS, name);
}
