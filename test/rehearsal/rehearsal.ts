/*
 * `npm run rehearsal [-- --subjects N --clients N --journey complete|back]`: both journeys, or one, with their figures. A journey that fails
 * says why, and the other one is made all the same.
 */
import { Command, Option } from 'commander';
import { positiveCount } from '../../src/cli/positive-count.ts';
import { type Journey, rehearse } from './rehearse.ts';

const TITLES: Readonly<Record<Journey, string>> = {
  complete: 'From pass-through to complete',
  back: 'To switched and back',
};

const {
  subjects,
  clients,
  journey: wanted,
  json,
} = new Command('rehearsal')
  .description(
    'Move a legacy backend behind a gateway under load, stage by stage, and hold every read and write against what a client was told.',
  )
  .option('--subjects <number>', 'people whose pictures move', positiveCount, 10_000)
  .option('--clients <number>', 'clients at once', positiveCount, 8)
  .addOption(new Option('--journey <name>', 'one journey instead of both').choices(Object.keys(TITLES)))
  .option('--json', 'print the figures alone, one line of JSON for each journey')
  .addHelpText('after', '\nExits 1 where a journey fails, or any read or write is refused or wrong.')
  .parse()
  .opts<{ subjects: number; clients: number; journey?: Journey; json?: true }>();

function say(line: string): void {
  const told = `${new Date().toISOString().slice(11, 19)} ${line}`;
  if (json) process.stderr.write(`${told}\n`);
  else console.log(told);
}

async function make(journey: Journey): Promise<boolean> {
  if (!json) console.log(`\n${TITLES[journey]}, ${subjects} subjects`);
  try {
    const report = await rehearse(journey, { subjects, clients, say });
    console.log(JSON.stringify(report));
    return report.errors + report.wrong === 0;
  } catch (cause) {
    console.log(JSON.stringify({ journey, failed: String(cause) }));
    console.error(cause);
    return false;
  }
}

const journeys = wanted ? [wanted] : (Object.keys(TITLES) as Journey[]);
for (const journey of journeys) if (!(await make(journey))) process.exitCode = 1;
