/// <reference types="node" preserve="true" />
/** The conformance kit: cases for any test runner, and a runner of its own. */
import '../gateway/require-node.ts';

export { conformance } from './conformance.ts';
export type { ConformanceCase, ConformanceTarget, Finding } from './conformance-case.ts';
export {
  createKitClient,
  type KitAnswer,
  type KitClient,
  type KitExchange,
  type KitRequest,
} from './kit-client.ts';
export type { KitContract } from './kit-contract.ts';
export { type KnownDeviations, readKnownDeviations } from './known-deviations.ts';
export { type ContractOf, loadContract } from './load-contract.ts';
export {
  type CaseResult,
  type ConformanceReport,
  type RunOptions,
  runConformance,
  type Verdict,
} from './run-conformance.ts';
