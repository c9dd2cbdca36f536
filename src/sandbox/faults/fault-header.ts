import { hintAt } from '../../settings/nearest-name.ts';
import type { Fault } from './fault-plan.ts';
import { readFaultPlans } from './read-fault-plans.ts';

/**
 * The header with which a request asks for its own fault, e.g. `problem=rate-limited` or `latency=200;
 * cut=10`.
 */
export const FAULT_HEADER = 'x-polyface-fault';

/** The member of a plan for each word of the header. */
const MEMBERS = {
  problem: 'problem',
  latency: 'latencyMs',
  cut: 'cutAfterBytes',
  rate: 'bytesPerSecond',
  stale: 'stale',
} as const satisfies Record<string, keyof Fault>;

/**
 * Reads the header; a text says what is wrong with it. It may hold the members of a plan and nothing else.
 */
export function readFaultHeader(text: string): Fault | string {
  const fault: Record<string, unknown> = {};
  for (const part of text.split(';').map((piece) => piece.trim())) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trimEnd();
    const value = equals < 0 ? undefined : part.slice(equals + 1).trimStart();
    if (!isWord(name)) {
      return `${FAULT_HEADER}: there is no "${name}"; ${hintAt(name, Object.keys(MEMBERS))}`;
    }
    const member = MEMBERS[name];
    if (member in fault) return `${FAULT_HEADER}: ${name} stands there twice`;
    fault[member] = valueOf(name, value);
  }
  const plans = readFaultPlans([fault]);
  if (typeof plans !== 'string') return plans[0] ?? {};
  const words = Object.entries(MEMBERS).reduce(
    (told, [word, member]) => told.replaceAll(`/0/${member}`, word),
    plans,
  );
  return `${FAULT_HEADER}: ${words}`;
}

function isWord(name: string): name is keyof typeof MEMBERS {
  return Object.hasOwn(MEMBERS, name);
}

/** `stale` has no value. Numbers are written in digits only. */
function valueOf(name: keyof typeof MEMBERS, value: string | undefined): unknown {
  if (name === 'stale') return value === undefined ? true : value;
  return name !== 'problem' && value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : (value ?? '');
}
