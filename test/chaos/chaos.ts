/* `npm run chaos [-- --kills N]`: gateways die under load, and nothing that was acknowledged may suffer. */
import { parseArgs } from 'node:util';
import { azureRound, filesystemRound, fullDiskRound, outageRound, sumOf } from './chaos-rounds.ts';
import type { RoundResult } from './chaos-run.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' } } });
const kills = Number(values.kills);
if (!Number.isInteger(kills) || kills < 1) throw new RangeError('--kills takes a number from 1');

const results: RoundResult[] = [];

async function round(name: string, run: () => Promise<RoundResult | 'not run'>): Promise<void> {
  process.stderr.write(`${name} …\n`);
  const result = await run();
  if (result === 'not run') {
    console.log(`${name}: not run, this user may not mount a disk`);
    return;
  }
  console.log(`${name}: ${told(result)}, orphans ${result.orphans}, none after gc`);
  for (const what of result.cases) console.log(`  ${what}`);
  results.push(result);
}

function told({ kills, acknowledged, lost, torn, resurrected }: RoundResult): string {
  return `kills ${kills}, uploads acknowledged ${acknowledged}, lost ${lost}, torn ${torn}, resurrected ${resurrected}`;
}

const filesystemKills = Math.ceil(kills * 0.6);
await round('two gateways on one folder', () => filesystemRound(filesystemKills));
await round('three gateways on one Azurite', () => azureRound(kills - filesystemKills));
await round('Azurite stopped and started', () => outageRound(3));
await round('disk full', fullDiskRound);

const sum = sumOf(results);
console.log(told(sum));
if (sum.cases.length > 0) process.exitCode = 1;
