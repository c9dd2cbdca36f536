import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchRun } from '../bench-run.ts';
import type { Measure } from '../budget.ts';
import { type CommandCost, runPolyface } from '../measure/run-polyface.ts';

const MANY = 10_000;
const MIB = 1024 * 1024;

/**
 * Backfill and verify with the real commands, against a backend on the same machine that has a 30 KB avatar of each person. Then the same for
 * four times the people, since the memory must not depend on their number. A run over a few hundred people says nothing about that: the
 * heap has not grown to its usual size yet. A short run has a tenth of the people.
 */
export async function migrationRunsScenario(run: BenchRun): Promise<Measure[]> {
  const people = run.scale.effort < 1 ? MANY / 10 : MANY;
  const backend = await run.startServer('legacy-server.ts');
  try {
    const once = await runBoth(run, backend.baseUrl, people);
    const fourTimes = await runBoth(run, backend.baseUrl, 4 * people);
    const work = `${people} people with a 30 KB avatar at a backend`;
    return [
      {
        work,
        measure: 'backfill and verify',
        unit: 's',
        value: once.backfill.seconds + once.verify.seconds,
        budget: { atMost: 60 },
        details: {
          backfillSeconds: once.backfill.seconds,
          verifySeconds: once.verify.seconds,
          backfillProcessorMs: (once.backfill.processorSeconds * 1_000) / people,
          verifyProcessorMs: (once.verify.processorSeconds * 1_000) / people,
        },
      },
      memoryMeasure(work, 'backfill', once.backfill, fourTimes.backfill),
      memoryMeasure(work, 'verify', once.verify, fourTimes.verify),
    ];
  } finally {
    await backend.stop();
  }
}

function memoryMeasure(work: string, command: string, once: CommandCost, fourTimes: CommandCost): Measure {
  return {
    work,
    measure: `memory of ${command} for four times the people / for these`,
    value: fourTimes.peakBytes / once.peakBytes,
    budget: { atMost: 1.2 },
    details: { fourTimesMiB: fourTimes.peakBytes / MIB, onceMiB: once.peakBytes / MIB },
  };
}

async function runBoth(
  run: BenchRun,
  baseUrl: string,
  people: number,
): Promise<{ readonly backfill: CommandCost; readonly verify: CommandCost }> {
  const name = `migration-runs-${people}`;
  const backend = {
    tenant: 'demo',
    dialect: 'magicline-v1',
    baseUrl,
    credential: { kind: 'header', name: 'x-api-key', value: 'demo-v1-key' },
    initialStage: 'dual-write',
    requestsPerSecond: 1_000_000,
  };
  const settings = { migration: { backends: [backend] }, people: { directories: [{ kind: 'records' }] } };
  const ids = Array.from({ length: people }, (_, nth) => 1_000_000 + nth);
  const rows = join(run.folder, `${name}.csv`);
  const list = join(run.folder, `${name}.txt`);
  await writeFile(rows, `id,magicline-v1\n${ids.map((id) => `p${id},${id}\n`).join('')}`);
  await writeFile(list, ids.map((id) => `${id}\n`).join(''));
  const place = ['--config', join(run.folder, `${name}.yaml`), '--data-dir', join(run.folder, name)];
  // Begins the store and the stage.
  await (await run.startGateway(name, settings)).stop();
  await runPolyface(['people', 'init', '--tenant', 'demo', ...place]);
  await runPolyface(['people', 'import', rows, '--tenant', 'demo', ...place]);
  const over = ['--dialect', 'magicline-v1', '--subjects', list, ...place];
  return {
    backfill: await runPolyface(['backfill', ...over]),
    verify: await runPolyface(['backfill', 'verify', ...over]),
  };
}
