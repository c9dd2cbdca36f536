import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ChaosSubject, chaosSubjects, writeChaosSettings } from '../chaos/chaos-house.ts';
import { type Damage, judgePicture, noDamage } from '../chaos/chaos-load.ts';
import { readPicture } from '../chaos/dialect-clients.ts';
import { startGatewayProcess } from '../chaos/gateway-process.ts';
import { createWriteHistory, type WriteHistory } from '../chaos/write-history.ts';
import { type ReuploadLoad, startReuploads, uploadToEverybody } from './reupload-load.ts';

/** How large a trial is. */
export interface TrialPlan {
  readonly people: number;
  readonly rounds: number;
  /** Re-uploads a second that are aimed at while a backup is taken. */
  readonly rate: number;
}

/** What one backup and its restore came to. */
export interface TrialRound extends Damage {
  /** Pictures found whole, and as new as they must be, by a gateway on the restored store. */
  readonly whole: number;
  /** What `polyface fsck` found on the restored store. */
  readonly damaged: number;
  readonly reuploadsMeanwhile: number;
  /** Re-uploads a second that were acknowledged in the best second of the backup. */
  readonly bestSecond: number;
  readonly backupSeconds: number;
}

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');
const READERS = 8;
const run = promisify(execFile);

/**
 * Backs up a store while its people's pictures are replaced again and again, restores the backup elsewhere, and holds every picture there
 * against what was acknowledged before the backup began. `onRound` hears of each round as it ends.
 */
export async function tryBackups(
  plan: TrialPlan,
  onRound: (round: TrialRound) => void = () => {},
): Promise<TrialRound[]> {
  const home = await mkdtemp(join(tmpdir(), 'polyface-backup-'));
  const settingsFile = join(home, 'polyface.yaml');
  const people = chaosSubjects(plan.people);
  await writeChaosSettings(settingsFile, people, { kind: 'filesystem' });
  const dataDir = join(home, 'data');
  const gateway = await startGatewayProcess(settingsFile, dataDir);
  const history = createWriteHistory();
  try {
    await uploadToEverybody(gateway.url(), people, history);
    const rounds: TrialRound[] = [];
    for (let number = 0; number < plan.rounds; number += 1) {
      const places = { settingsFile, dataDir, folder: await mkdtemp(join(home, 'round-')) };
      const load = startReuploads(gateway.url(), people, history, plan.rate);
      const round = await tryBackup(places, people, history, load);
      rounds.push(round);
      onRound(round);
      await rm(places.folder, { recursive: true });
    }
    return rounds;
  } finally {
    await gateway.kill();
    await rm(home, { recursive: true, force: true });
  }
}

interface Places {
  readonly settingsFile: string;
  readonly dataDir: string;
  readonly folder: string;
}

async function tryBackup(
  { settingsFile, dataDir, folder }: Places,
  people: readonly ChaosSubject[],
  history: WriteHistory,
  load: ReuploadLoad,
): Promise<TrialRound> {
  const [backup, restored] = [join(folder, 'backup'), join(folder, 'restored')];
  const command = (...args: string[]) =>
    run(process.execPath, [PROGRAM, ...args, '--config', settingsFile, '--json']);
  let startedAtMs: number;
  let backupSeconds: number;
  try {
    // The load is at its height before the backup begins.
    await load.atHeight();
    startedAtMs = history.nowMs();
    await command('backup', '--to', backup, '--data-dir', dataDir);
    backupSeconds = (history.nowMs() - startedAtMs) / 1000;
  } finally {
    await load.stop();
  }
  const { reuploads, bestSecond } = load.figuresSince(startedAtMs);
  await command('restore', '--from', backup, '--data-dir', restored);
  const { stdout } = await command('fsck', '--data-dir', restored);
  const { damaged } = JSON.parse(stdout) as { readonly damaged: number };
  const damage = noDamage();
  const whole = await readEverybody({ settingsFile, dataDir: restored }, people, (subject, picture) =>
    judgePicture(picture, subject, startedAtMs, history, damage, 'the restored store'),
  );
  return { ...damage, whole, damaged, reuploadsMeanwhile: reuploads, bestSecond, backupSeconds };
}

/** Reads every picture through a gateway on the store; gives how many there were. */
async function readEverybody(
  { settingsFile, dataDir }: Omit<Places, 'folder'>,
  people: readonly ChaosSubject[],
  judge: (subject: ChaosSubject, picture: Buffer | null) => void,
): Promise<number> {
  const gateway = await startGatewayProcess(settingsFile, dataDir);
  let found = 0;
  const queue = people.values();
  const reader = async () => {
    for (const subject of queue) {
      const picture = (await readPicture(gateway.url(), subject)) ?? null;
      judge(subject, picture);
      if (picture) found += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: READERS }, reader));
  } finally {
    await gateway.kill();
  }
  return found;
}
