import { startIndependentServer } from '../migration/support/independent-server.ts';
import { createShimHouse, crowdSubject } from '../migration/support/shim-process.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { type CrowdTally, createCrowd } from './crowd.ts';

/** Where a rehearsal ends: all the way up, or back in front of the backend. */
export type Journey = 'complete' | 'back';

/** The figures of a rehearsal. */
export interface RehearsalReport extends CrowdTally {
  readonly journey: Journey;
  readonly subjects: number;
  /** Names and durations of the steps, in seconds. */
  readonly steps: readonly (readonly [string, number])[];
  /** Requests that the backend got after the last step. */
  readonly backendRequestsAfterwards: number;
}

/**
 * A whole migration under constant load, with real processes: two gateways on one store in front of an independent server, operated by
 * the commands. `say` is told of each step.
 */
export async function rehearse(
  journey: Journey,
  options: { readonly subjects: number; readonly clients: number; readonly say: (line: string) => void },
): Promise<RehearsalReport> {
  const backend = await startIndependentServer();
  const house = await createShimHouse({ backendUrl: backend.url, crowd: options.subjects, open: true });
  const customers = Array.from({ length: options.subjects }, (_, number) => crowdSubject(number).customer);
  const gateways: GatewayProcess[] = [];
  const crowd = createCrowd({
    customers,
    clients: options.clients,
    urls: () => gateways.map(({ url }) => url),
  });
  const steps: [string, number][] = [];
  const dialect = ['--dialect', 'magicline-v1', '--tenant', 'demo'];
  const list = ['--subjects', house.subjectsFile];

  async function step(name: string, expected: object, ...args: readonly string[]): Promise<void> {
    const began = performance.now();
    const { json } = await house.polyface(...args, ...dialect);
    const seconds = (performance.now() - began) / 1000;
    steps.push([name, Math.round(seconds * 10) / 10]);
    const { reads, writes, errors, wrong } = crowd.tally;
    options.say(
      `${name}: ${seconds.toFixed(1)} s; ${writes} writes, ${reads} reads, ${errors} errors, ${wrong} wrong`,
    );
    for (const [key, value] of Object.entries(expected)) {
      if (json[key] !== value) throw new Error(`${name}: ${key} is ${JSON.stringify(json)}`);
    }
  }
  const arrived = { outcome: 'arrived' };

  try {
    await crowd.seed(backend.url);
    crowd.tally.writes = 0;
    gateways.push(await house.start(), await house.start());
    crowd.start();
    await step('to shadow', arrived, 'migrate', 'advance');
    await step('to dual-write, 20 percent', arrived, 'migrate', 'advance', '--percent', '20');
    await step('to dual-write, everybody', arrived, 'migrate', 'advance');
    await step('backfill', { complete: true, failed: 0, waiting: 0 }, 'backfill', ...list);
    await step(
      'verify',
      { subjects: options.subjects, equal: options.subjects },
      'backfill',
      'verify',
      ...list,
    );
    await step(
      'to switched, 30 percent',
      arrived,
      'migrate',
      'advance',
      '--percent',
      '30',
      '--timeout',
      '300',
    );
    await step('to switched, everybody', arrived, 'migrate', 'advance', '--timeout', '300');
    if (journey === 'complete') {
      await step('to complete', arrived, 'migrate', 'advance', '--timeout', '300');
    } else {
      await step('back to dual-write', arrived, 'migrate', 'back', '--timeout', '300');
      await step('back to shadow', arrived, 'migrate', 'back', '--timeout', '300');
    }
    const before = backend.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await crowd.stop();
    const backendRequestsAfterwards = backend.requests.length - before;
    options.say(`everybody is read once more; the backend got ${backendRequestsAfterwards} requests`);
    await crowd.readAll();
    return { ...crowd.tally, journey, subjects: options.subjects, steps, backendRequestsAfterwards };
  } finally {
    await crowd.stop();
    for (const gateway of gateways) await gateway.end();
    await backend.stop();
    await house.remove();
  }
}
