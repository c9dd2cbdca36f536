/*
 * `npm run soak [-- --seconds N --json]`: gateways in front of a faulty backend, one in each stage of a migration, under clients of four
 * dialects of whom 5 % break off, stall, reset or send rubbish. What the gateways hold at the end is compared with what they held after the
 * first minute.
 */
import { Command } from 'commander';
import { positiveCount } from '../../src/cli/positive-numbers.ts';
import { runSoak } from './run-soak.ts';

const { seconds, json } = new Command('soak')
  .description(
    'Run a gateway in each stage of a migration under faulty clients and a faulty backend; exits 1 where one leaks, lies or fails.',
  )
  .option('--seconds <number>', 'how long the clients call', positiveCount, 1_800)
  .option('--json', 'print the figures alone, as one line of JSON')
  .parse()
  .opts<{ seconds: number; json?: true }>();

const report = await runSoak(seconds, (line) => (json ? process.stderr : process.stdout).write(`${line}\n`));
if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
for (const fault of report.faults) process.stderr.write(`${fault}\n`);
process.stdout.write(
  json ? '' : `soak: ${report.gateways.length} gateways, ${report.faults.length} faults\n`,
);
process.exitCode = report.faults.length > 0 ? 1 : 0;
