/* `npm run chaos [-- --kills N]`: gateways die under load, and nothing that was acknowledged may suffer. */
import { Command, Option } from 'commander';
import { positiveCount } from '../../src/cli/positive-numbers.ts';
import { azureRound, filesystemRound, fullDiskRound, outageRound, s3Round, sumOf } from './chaos-rounds.ts';
import type { RoundResult } from './chaos-run.ts';

const { kills, store, json } = new Command('chaos')
  .description(
    'Kill real gateways under load, stop their backend, fill their disk; then hold every picture against what was acknowledged.',
  )
  .option('--kills <number>', 'how many gateways die, on all stores together', positiveCount, 100)
  .addOption(
    new Option('--store <kind>', 'the one store to try')
      .choices(['filesystem', 'azure', 's3', 'all'])
      .default('all'),
  )
  .option('--json', 'print the figures as JSON, one line for each round and one for all')
  .addHelpText(
    'after',
    '\nExits 1 where an acknowledged upload is lost, torn or comes back after its deletion, and where fewer gateways were killed.',
  )
  .parse()
  .opts<{ kills: number; store: 'filesystem' | 'azure' | 's3' | 'all'; json?: true }>();

const results: RoundResult[] = [];

async function round(name: string, run: () => Promise<RoundResult | 'not run'>): Promise<void> {
  process.stderr.write(`${name} …\n`);
  const result = await run();
  if (result !== 'not run') results.push(result);
  if (json)
    console.log(JSON.stringify({ round: name, ...(result === 'not run' ? { notRun: true } : result) }));
  else for (const line of linesOf(name, result)) console.log(line);
}

function linesOf(name: string, result: RoundResult | 'not run'): string[] {
  if (result === 'not run') return [`${name}: not run, this user may not mount a disk`];
  const { orphans, cases } = result;
  return [
    `${name}: ${describeRound(result)}, orphans ${orphans}, none after gc`,
    ...cases.map((what) => `  ${what}`),
  ];
}

function describeRound({ kills, acknowledged, lost, torn, resurrected }: RoundResult): string {
  return `kills ${kills}, uploads acknowledged ${acknowledged}, lost ${lost}, torn ${torn}, resurrected ${resurrected}`;
}

const on = (kind: typeof store) => store === 'all' || store === kind;
const share = (part: number) => (store === 'all' ? Math.ceil(kills * part) : kills);
if (on('filesystem')) {
  await round('two gateways on one folder', () => filesystemRound(share(0.4)));
  await round('disk full', fullDiskRound);
}
if (on('azure')) {
  await round('three gateways on one Azurite', () => azureRound(share(0.3)));
  await round('Azurite stopped and started', () => outageRound(3));
}
if (on('s3')) await round('three gateways on one MiniStack', () => s3Round(share(0.3)));

const sum = sumOf(results);
console.log(json ? JSON.stringify(sum) : describeRound(sum));
const damage = sum.lost + sum.torn + sum.resurrected + sum.cases.length;
if (damage > 0 || sum.kills < kills) process.exitCode = 1;
