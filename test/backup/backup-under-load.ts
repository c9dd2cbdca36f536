/* `npm run backup-trial [-- --people N --rounds N --rate N]`: backups are taken under load, and what is restored is held against what was acknowledged. */
import { Command } from 'commander';
import { positiveCount } from '../../src/cli/positive-numbers.ts';
import { type TrialPlan, type TrialRound, tryBackups } from './backup-trial.ts';

const { json, ...plan } = new Command('backup-trial')
  .description(
    'Back up a store while everybody uploads again and again, restore it elsewhere, and hold every picture against what was acknowledged.',
  )
  .option('--people <number>', 'how many people have a picture', positiveCount, 2_000)
  .option('--rounds <number>', 'how many backups are taken and restored', positiveCount, 10)
  .option('--rate <number>', 're-uploads a second that are aimed at', positiveCount, 200)
  .option('--json', 'print the figures as JSON, one line for each round')
  .addHelpText(
    'after',
    '\nExits 1 where a picture is lost, torn or invented in a restored store, or fsck finds damage in it.',
  )
  .parse()
  .opts<TrialPlan & { readonly json?: true }>();

let rounds = 0;

function tell(round: TrialRound): void {
  rounds += 1;
  if (json) return console.log(JSON.stringify(round));
  const { whole, lost, torn, damaged, reuploadsMeanwhile, bestSecond, backupSeconds, cases } = round;
  const mean = (reuploadsMeanwhile / backupSeconds).toFixed(0);
  console.log(
    `round ${rounds}: ${whole} of ${plan.people} restored, lost ${lost}, torn ${torn}, fsck ${damaged}; backup ${backupSeconds.toFixed(1)} s, ` +
      `${reuploadsMeanwhile} re-uploads meanwhile (${mean} a second, ${bestSecond} in the best)`,
  );
  for (const what of cases) console.log(`  ${what}`);
}

const all = await tryBackups(plan, tell);
const isGood = ({ whole, cases, damaged }: TrialRound) =>
  whole === plan.people && cases.length === 0 && damaged === 0;
if (!all.every(isGood)) process.exitCode = 1;
