/** A gateway for other people's tests. */
export type { ExchangeQuery, LoggedExchange } from './exchange-log.ts';
export type { CallMatch, Fault, FaultPlan } from './fault-plan.ts';
export type { SandboxClock } from './sandbox-clock.ts';
export { type Sandbox, type SandboxOptions, startSandbox } from './start-sandbox.ts';
