import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { positiveCount } from '../src/cli/positive-numbers.ts';
import { type BenchPictures, makeBenchPictures } from './bench-pictures.ts';
import { type BenchRun, createBenchRun } from './bench-run.ts';
import { isKept, type Measure } from './budget.ts';
import { reportTable } from './report.ts';
import { capillaryCrowdScenario, capillaryStoreScenario } from './scenarios/capillary-store.ts';
import { heicScenario } from './scenarios/heic.ts';
import { migrationRunsScenario } from './scenarios/migration-runs.ts';
import { passThroughScenario } from './scenarios/pass-through.ts';
import { peopleScenario } from './scenarios/people.ts';
import { processesScenario } from './scenarios/processes.ts';
import { readScenarios } from './scenarios/reads.ts';
import { readsBesideUploadsScenario } from './scenarios/reads-beside-uploads.ts';
import { smartsheetPostScenario } from './scenarios/smartsheet-post.ts';
import { startScenario } from './scenarios/starting.ts';
import { storeScaleScenario } from './scenarios/store-scale.ts';
import { twoGatewaysScenario } from './scenarios/two-gateways.ts';
import { unchangedPutScenario } from './scenarios/unchanged-put.ts';
import { v1PutScenario } from './scenarios/v1-put.ts';

type Scenario = (run: BenchRun, pictures: BenchPictures) => Promise<Measure[]>;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  start: startScenario,
  'v1-12mp': (run, { photo12, avatar }) =>
    v1PutScenario(run, {
      work: 'v1 PUT, 12 MP JPEG',
      picture: photo12,
      avatar,
      requests: 60,
      processorBudget: { atMost: 1.2 },
      throughputBudget: { atLeast: 1 },
    }),
  'v1-2mp': (run, { photo2, avatar }) =>
    v1PutScenario(run, { work: 'v1 PUT, 2 MP JPEG', picture: photo2, avatar, requests: 100 }),
  'v1-avatar': (run, { avatar }) =>
    v1PutScenario(run, {
      work: 'v1 PUT, 30 KB avatar',
      picture: avatar,
      avatar,
      requests: 400,
      processorBudget: { atMost: 1.45 },
      throughputBudget: { atLeast: 0.95 },
    }),
  smartsheet: (run, { photo12 }) => smartsheetPostScenario(run, photo12),
  unchanged: (run, { photo12, avatar }) => unchangedPutScenario(run, photo12, avatar),
  capillary: (run, { eightMegabytes }) => capillaryStoreScenario(run, eightMegabytes),
  heic: heicScenario,
  crowd: (run, { eightMegabytes }) => capillaryCrowdScenario(run, eightMegabytes),
  reads: (run, { portrait }) => readScenarios(run, portrait.variants[0]),
  'reads-beside-uploads': readsBesideUploadsScenario,
  'pass-through': passThroughScenario,
  'two-gateways': (run, { avatar }) => twoGatewaysScenario(run, avatar),
  processes: (run, { portrait }) => processesScenario(run, portrait.variants[0]),
  'store-scale': storeScaleScenario,
  people: (run, { avatar }) => peopleScenario(run, avatar),
  'migration-runs': migrationRunsScenario,
};

const options = new Command('bench')
  .description(
    'Measure the gateway side by side with what a user would write for the same promise. Prints ratios.',
  )
  .option('--check', 'exit 1 where a budget is missed by more than 5 %')
  .option('--short', 'fewer and smaller rounds: a report, not a measurement')
  .option('--only <names>', `only these, by comma: ${Object.keys(SCENARIOS).join(', ')}`)
  .option('--rounds <number>', 'interleaved rounds', positiveCount, 5)
  .option('--output <file>', 'where the figures go as JSON', 'reports/bench.json')
  .option('--json', 'print the figures as JSON instead of a table')
  .parse()
  .opts<{ check?: true; short?: true; only?: string; rounds: number; output: string; json?: true }>();

const folder = await mkdtemp(join(tmpdir(), 'polyface-bench-'));
try {
  const run = createBenchRun(
    folder,
    options.short ? { rounds: 1, effort: 0.2 } : { rounds: options.rounds, effort: 1 },
  );
  const pictures = await makeBenchPictures(folder);
  const measures: Measure[] = [];
  for (const name of options.only?.split(',') ?? Object.keys(SCENARIOS)) {
    const scenario = SCENARIOS[name];
    if (!scenario)
      throw new Error(`there is no scenario ${name}; there are ${Object.keys(SCENARIOS).join(', ')}`);
    process.stderr.write(`${name} …\n`);
    measures.push(...(await scenario(run, pictures)));
  }
  const report = {
    takenAt: new Date().toISOString(),
    machine: { processors: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version },
    measures,
  };
  await mkdir(dirname(options.output), { recursive: true });
  await writeFile(options.output, `${JSON.stringify(report, null, 2)}\n`);
  console.log(options.json ? JSON.stringify(report) : reportTable(measures));
  const missed = measures.filter((measure) => !isKept(measure));
  if (missed.length > 0) console.error(`${missed.length} of ${measures.length} measures missed their budget`);
  if (options.check && missed.length > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
