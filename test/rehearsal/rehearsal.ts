/*
 * `npm run rehearsal [-- --subjects N --clients N]`: a whole migration under load, with its figures.
 */
import { Command } from 'commander';
import { positiveCount } from '../../src/cli/positive-numbers.ts';
import { rehearse } from './rehearse.ts';

const { subjects, clients, json } = new Command('rehearsal')
  .description(
    'Move a legacy backend that fails one request in ten behind a gateway under load, stage by stage, back and forth, and hold every read, write and delete against what a client was told.',
  )
  .option('--subjects <number>', 'people whose pictures move', positiveCount, 10_000)
  .option('--clients <number>', 'clients at once', positiveCount, 8)
  .option('--json', 'print the figures alone, as one line of JSON')
  .addHelpText('after', '\nExits 1 where the journey fails, or anything that a client saw is wrong.')
  .parse()
  .opts<{ subjects: number; clients: number; json?: true }>();

function say(line: string): void {
  const told = `${new Date().toISOString().slice(11, 19)} ${line}`;
  if (json) process.stderr.write(`${told}\n`);
  else console.log(told);
}

const report = await rehearse({ subjects, clients, say });
console.log(JSON.stringify(report));
const missing = (['writes', 'deletes', 'brokenOff', 'spoilt'] as const).filter((done) => report[done] === 0);
if (missing.length > 0) say(`nothing was tried: no ${missing.join(', no ')}`);
const wrong = report.errors + report.wrong + report.backendRequestsAfterwards + report.notes.length;
if (wrong + missing.length > 0) process.exitCode = 1;
