import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { azuriteSettings, startAzurite } from '../support/azurite.ts';
import { miniStackSettings, startMiniStack } from '../support/ministack.ts';
import { noDamage } from './chaos-load.ts';
import { type ChaosRun, type RoundResult, runRound } from './chaos-run.ts';
import { answerTo, PUTS, type WriteAnswer } from './dialect-clients.ts';
import { markedPicture } from './marked-picture.ts';

const run = promisify(execFile);

/** Kills between two looks at every picture. */
const KILLS_PER_LOOK = 10;

/** Two gateways on one folder; one of them is killed again and again. */
export async function filesystemRound(kills: number): Promise<RoundResult> {
  return await runRound({ store: { kind: 'filesystem' }, gateways: 2, sharedFolder: true }, (chaos) =>
    killAgainAndAgain(chaos, kills),
  );
}

/** Three gateways on one container; one of them is killed again and again. */
export async function azureRound(kills: number): Promise<RoundResult> {
  const azurite = await startAzurite();
  try {
    return await runRound(
      { store: azuriteSettings(azurite, 'chaos'), gateways: 3, sharedFolder: false },
      (chaos) => killAgainAndAgain(chaos, kills),
    );
  } finally {
    await azurite.stop();
  }
}

/** Three gateways on one bucket; one of them is killed again and again. */
export async function s3Round(kills: number): Promise<RoundResult> {
  const engine = await startMiniStack('chaos');
  try {
    return await runRound(
      { store: miniStackSettings(engine, 'chaos'), gateways: 3, sharedFolder: false },
      (chaos) => killAgainAndAgain(chaos, kills),
    );
  } finally {
    await engine.stop();
  }
}

/** The backend itself stands still, goes away and comes back, under load. */
export async function outageRound(outages: number): Promise<RoundResult> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-outage-'));
  let azurite = await startAzurite({ folder });
  const { port } = azurite;
  try {
    const store = azuriteSettings(azurite, 'chaos', { timeoutSeconds: 3 });
    return await runRound({ store, gateways: 2, sharedFolder: false }, async (chaos) => {
      for (let outage = 0; outage < outages; outage += 1) {
        await chaos.underLoad(async () => {
          await pause(500);
          await azurite.stop();
          await pause(1_500);
          azurite = await startAzurite({ folder, port });
          await pause(1_000);
        });
      }
    });
  } finally {
    await azurite.stop();
    await rm(folder, { recursive: true });
  }
}

/**
 * A disk that runs full in the middle of uploads, and is enlarged later. Not run where this user may not mount one: then it says so
 * and counts nothing.
 */
export async function fullDiskRound(): Promise<RoundResult | 'not run'> {
  const folder = await mkdtemp(join(tmpdir(), 'polyface-small-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=800k', 'tmpfs', folder]);
  } catch {
    await rm(folder, { recursive: true });
    return 'not run';
  }
  try {
    const options = { store: { kind: 'filesystem' }, gateways: 1, sharedFolder: true, folder } as const;
    return await runRound(options, async (chaos) => {
      await chaos.underLoad(async () => {
        await fillDisk(chaos);
        // While it is full, what has to be rendered first cannot be read; what was acknowledged is all there afterwards.
        await run('mount', ['-o', 'remount,size=200m', folder]);
      });
      if (!(await acceptsUploads(chaos))) {
        chaos.damage.cases.push('uploads still fail after the disk was enlarged');
      }
      await chaos.underLoad(() => pause(1_000));
    });
  } finally {
    await run('umount', [folder]);
    await rm(folder, { recursive: true });
  }
}

/** The sum of rounds. */
export function sumOf(rounds: readonly RoundResult[]): RoundResult {
  const none: RoundResult = { ...noDamage(), kills: 0, acknowledged: 0, orphans: 0 };
  return rounds.reduce(
    (a, b) => ({
      kills: a.kills + b.kills,
      acknowledged: a.acknowledged + b.acknowledged,
      orphans: a.orphans + b.orphans,
      lost: a.lost + b.lost,
      torn: a.torn + b.torn,
      resurrected: a.resurrected + b.resurrected,
      cases: [...a.cases, ...b.cases],
    }),
    none,
  );
}

async function killAgainAndAgain(chaos: ChaosRun, kills: number): Promise<void> {
  for (let killed = 0; killed < kills; killed += KILLS_PER_LOOK) {
    await chaos.underLoad(async () => {
      for (let kill = killed; kill < Math.min(killed + KILLS_PER_LOOK, kills); kill += 1)
        await chaos.killOne();
      await pause(200);
    });
  }
}

/** Uploads to everybody again and again until many have failed; each keeps its old picture until its new one is whole. */
async function fillDisk(chaos: ChaosRun): Promise<void> {
  let failures = 0;
  for (let round = 0; failures < 20 && round < 20; round += 1) {
    const answers = await uploadToEach(chaos, 600_000 + round * 100);
    failures += answers.filter((answer) => answer === 'open').length;
  }
  if (failures === 0) chaos.damage.cases.push('the disk never ran full');
}

/** Whether everybody's upload is acknowledged at one time; a busy gateway may put some off before. */
async function acceptsUploads(chaos: ChaosRun): Promise<boolean> {
  for (let tries = 0; tries < 5; tries += 1) {
    const answers = await uploadToEach(chaos, 500_000 + tries * 100);
    if (!answers.includes('open')) return true;
    await pause(500);
  }
  return false;
}

async function uploadToEach(
  { gateways, subjects, history }: ChaosRun,
  firstMark: number,
): Promise<WriteAnswer[]> {
  return await Promise.all(
    subjects.map(async (subject, index) => {
      const mark = firstMark + index;
      const write = history.begin(subject.id, mark);
      const put = Object.values(PUTS)[index % Object.values(PUTS).length];
      const url = String(gateways[0]?.url());
      const answer = put ? await answerTo(() => put(url, subject, markedPicture(mark))) : 'refused';
      history.settle(write, answer);
      return answer;
    }),
  );
}
