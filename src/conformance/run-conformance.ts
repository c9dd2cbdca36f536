import { performance } from 'node:perf_hooks';
import { conformance } from './conformance.ts';
import type { ConformanceCase, Finding } from './conformance-case.ts';
import { describeDocument } from './describe-document.ts';
import { createKitClient, type KitExchange } from './kit-client.ts';
import type { KitContract } from './kit-contract.ts';
import type { KnownDeviations } from './known-deviations.ts';
import { preserveSubject } from './preserve-subject.ts';
import { requireReachable } from './require-reachable.ts';

/**
 * `known`: failed as listed in the known deviations. `mended`: listed there but passes, so the list is out of
 * date. `skipped`: it writes, and only reading is allowed.
 */
export type Verdict = 'passed' | 'failed' | 'known' | 'mended' | 'skipped';

/** The result of one case. */
export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** The reason in the list, for a known deviation. */
  readonly reason?: string;
  readonly durationMs: number;
  readonly exchanges: readonly KitExchange[];
  /** The document's description of the last answer. */
  readonly document?: string;
}

/** The results of a run. */
export interface ConformanceReport {
  readonly dialect: string;
  readonly profile: string;
  readonly url: string;
  /** No case failed, and every known deviation names a case that still fails. */
  readonly conforms: boolean;
  readonly results: readonly CaseResult[];
  /** What could not be restored, and known deviations that name no case. */
  readonly notes: readonly string[];
}

/** How to run. */
export interface RunOptions {
  /**
   * Whether cases that change the subject's picture are run. The old pictures are restored afterwards, where
   * the dialect can do so.
   */
  readonly write?: boolean;
  readonly known?: KnownDeviations;
  /** Only these cases. */
  readonly only?: (one: ConformanceCase) => boolean;
  /** Gets each result when its case ends. */
  readonly onResult?: (result: CaseResult) => void;
}

/**
 * Judges a server, one case after another. Throws one line where no server listens at the address, but never
 * for a server's answers.
 */
export async function runConformance(
  contract: KitContract,
  { write = false, known = new Map(), only = () => true, onResult }: RunOptions = {},
): Promise<ConformanceReport> {
  await requireReachable(contract.target.url);
  const cases = conformance(contract).filter(only);
  const results: CaseResult[] = [];
  const restore = write && cases.some(({ writes }) => writes) ? await preserveSubject(contract) : undefined;
  try {
    for (const one of cases) {
      const result = await runCase(contract, one, write, known.get(one.id));
      results.push(result);
      onResult?.(result);
    }
  } finally {
    await restore?.putBack();
  }
  const ids = new Set(cases.map(({ id }) => id));
  const strangers = [...known.keys()].filter((id) => !ids.has(id));
  return {
    dialect: contract.loaded.dialect.name,
    profile: contract.setting.profile,
    url: contract.target.url,
    conforms:
      strangers.length === 0 && results.every(({ verdict }) => verdict !== 'failed' && verdict !== 'mended'),
    results,
    notes: [
      ...(restore?.notes() ?? []),
      ...strangers.map((id) => `there is no case ${id} on which a deviation could be known`),
    ],
  };
}

async function runCase(
  contract: KitContract,
  one: ConformanceCase,
  write: boolean,
  reason: string | undefined,
): Promise<CaseResult> {
  const { id, title } = one;
  if (one.writes && !write) {
    return { id, title, verdict: 'skipped', findings: [], durationMs: 0, exchanges: [] };
  }
  const exchanges: KitExchange[] = [];
  const client = createKitClient(contract.target.url, (exchange) => exchanges.push(exchange));
  const began = performance.now();
  const findings = await findingsOf(() => one.run(client));
  const last = exchanges.at(-1);
  const document = last && describeDocument(contract, one.operationId, last.answer);
  return {
    id,
    title,
    verdict: verdictOf(findings, reason),
    findings,
    ...(reason === undefined ? {} : { reason }),
    durationMs: Math.round(performance.now() - began),
    exchanges,
    ...(document === undefined ? {} : { document }),
  };
}

function verdictOf(findings: readonly Finding[], reason: string | undefined): Verdict {
  if (findings.length === 0) return reason === undefined ? 'passed' : 'mended';
  return reason === undefined ? 'failed' : 'known';
}

/** A server that breaks the connection off has not conformed; what it did is the finding. */
async function findingsOf(run: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await run();
  } catch (cause) {
    const got = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    return [{ where: 'exchange', expected: 'an answer', got }];
  }
}
