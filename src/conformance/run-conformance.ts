import { performance } from 'node:perf_hooks';
import { conformance } from './conformance.ts';
import type { ConformanceCase, Finding } from './conformance-case.ts';
import { createKitClient, type KitExchange } from './kit-client.ts';
import type { KitContract } from './kit-contract.ts';
import type { KnownDeviations } from './known-deviations.ts';
import { preserveSubject } from './preserve-subject.ts';

/**
 * `known`: failed as the list of known deviations says. `mended`: on that list, and passes; the list is out of date.
 * `skipped`: it writes, and only reading is allowed.
 */
export type Verdict = 'passed' | 'failed' | 'known' | 'mended' | 'skipped';

/** What became of one case. */
export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** Of a known deviation. */
  readonly reason?: string;
  readonly durationMs: number;
  readonly exchanges: readonly KitExchange[];
}

/** What became of all of them. */
export interface ConformanceReport {
  readonly dialect: string;
  readonly profile: string;
  readonly url: string;
  /** No case failed, no known deviation is mended or unknown to the kit. */
  readonly conforms: boolean;
  readonly results: readonly CaseResult[];
  /** What was not put back as it was found, and known deviations that name no case. */
  readonly notes: readonly string[];
}

/** How to run. */
export interface RunOptions {
  /** Whether cases that change the subject's picture are run; what was there is put back afterwards, where the dialect can. */
  readonly write?: boolean;
  readonly known?: KnownDeviations;
  /** Only these cases. */
  readonly only?: (one: ConformanceCase) => boolean;
  /** Told of each result as it comes. */
  readonly onResult?: (result: CaseResult) => void;
}

/** Judges a server, one case after another. Does not throw for what the server does. */
export async function runConformance(
  contract: KitContract,
  { write = false, known = new Map(), only = () => true, onResult }: RunOptions = {},
): Promise<ConformanceReport> {
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
  { target }: KitContract,
  one: ConformanceCase,
  write: boolean,
  reason: string | undefined,
): Promise<CaseResult> {
  const { id, title } = one;
  if (one.writes && !write) {
    return { id, title, verdict: 'skipped', findings: [], durationMs: 0, exchanges: [] };
  }
  const exchanges: KitExchange[] = [];
  const client = createKitClient(target.url, (exchange) => exchanges.push(exchange));
  const began = performance.now();
  const findings = await findingsOf(() => one.run(client));
  return {
    id,
    title,
    verdict: verdictOf(findings, reason),
    findings,
    ...(reason === undefined ? {} : { reason }),
    durationMs: Math.round(performance.now() - began),
    exchanges,
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
