import type { CrowdTally } from './crowd.ts';
import { startRehearsal } from './start-rehearsal.ts';

/** How often a run over the list is repeated where errors of the backend left people unfinished. */
const MOST_RUNS = 5;

/** The figures of a rehearsal. */
export interface RehearsalReport extends CrowdTally {
  readonly subjects: number;
  /** Names and durations of the steps, in seconds. */
  readonly steps: readonly (readonly [string, number])[];
  /** Requests that the backend spoilt, those of the gateways included. */
  readonly spoiltByBackend: number;
  /** Requests that the backend got after the last step. */
  readonly backendRequestsAfterwards: number;
}

/**
 * A whole migration under constant load, with real processes: two gateways on one store in front of an independent Capillary server that
 * fails one request in ten; clients write, delete, read and break off. Forward to `switched`, back to `shadow`, forward again, `complete`,
 * operated by the commands. `say` is told of each step.
 */
export async function rehearse(options: {
  readonly subjects: number;
  readonly clients: number;
  readonly say: (line: string) => void;
}): Promise<RehearsalReport> {
  const { backend, house, gateways, crowd, stop } = await startRehearsal({ ...options, open: true });
  const steps: [string, number][] = [];
  const dialect = ['--dialect', 'capillary-v2', '--tenant', 'demo'];
  const list = ['--subjects', house.subjectsFile, '--concurrency', '16'];

  /** Runs a command until it prints what is expected; `runs`: how often at most. */
  async function step(name: string, runs: number, expected: object, ...args: readonly string[]) {
    const began = performance.now();
    for (let run = 1; ; run += 1) {
      const { json } = await house.polyface(...args, ...dialect);
      const missing = Object.entries(expected).filter(([key, value]) => json[key] !== value);
      if (missing.length === 0) break;
      options.say(`${name}, run ${run}: ${JSON.stringify(json).slice(0, 600)}`);
      if (run === runs) throw new Error(`${name}: ${JSON.stringify(json)}`);
    }
    const seconds = (performance.now() - began) / 1000;
    steps.push([name, Math.round(seconds * 10) / 10]);
    const { reads, writes, deletes, errors, wrong } = crowd.tally;
    options.say(
      `${name}: ${seconds.toFixed(1)} s; ${writes} writes, ${deletes} deletes, ${reads} reads, ${errors} errors, ${wrong} wrong`,
    );
  }
  const to = (name: string, ...args: readonly string[]) =>
    step(`to ${name}`, 1, { outcome: 'arrived' }, 'migrate', ...args, '--timeout', '600');
  const backfill = () =>
    step('backfill', MOST_RUNS, { complete: true, failed: 0, waiting: 0 }, 'backfill', ...list);
  const verify = (...flags: readonly string[]) =>
    step('verify', MOST_RUNS, { equal: options.subjects }, 'backfill', 'verify', ...flags, ...list);

  try {
    gateways.push(await house.start(), await house.start());
    crowd.start();
    await to('shadow', 'advance');
    await to('dual-write, 20 percent', 'advance', '--percent', '20');
    await to('dual-write, everybody', 'advance');
    await backfill();
    await verify();
    await to('switched', 'advance');
    await to('dual-write again', 'back');
    await to('shadow again', 'back');
    await to('dual-write once more', 'advance');
    await backfill();
    await verify('--repair');
    await to('switched, 30 percent', 'advance', '--percent', '30');
    await to('switched, everybody', 'advance');
    await to('complete', 'advance');
    const before = await backend.requests();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await crowd.stop();
    const backendRequestsAfterwards = (await backend.requests()) - before;
    options.say(`everybody is read once more; the backend got ${backendRequestsAfterwards} requests`);
    await crowd.readAll();
    const spoilt = await backend.spoilt();
    crowd.settle(spoilt);
    return {
      ...crowd.tally,
      subjects: options.subjects,
      steps,
      spoiltByBackend: spoilt.length,
      backendRequestsAfterwards,
    };
  } finally {
    await stop();
  }
}
