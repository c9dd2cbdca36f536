import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { StoreSettings } from '../../src/settings/settings.ts';
import { type ChaosSubject, chaosSubjects, writeChaosSettings } from './chaos-house.ts';
import { type Damage, noDamage, startLoad } from './chaos-load.ts';
import { checkStoreItself, checkSubjects } from './final-check.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { createWriteHistory, type WriteHistory } from './write-history.ts';

/** What a round came to. */
export interface RoundResult extends Damage {
  readonly kills: number;
  readonly acknowledged: number;
  /** Bodies that crashes left behind; gone after gc. */
  readonly orphans: number;
}

/** A round's gateways, people and books. */
export interface ChaosRun {
  readonly folder: string;
  readonly gateways: readonly GatewayProcess[];
  readonly subjects: readonly ChaosSubject[];
  readonly history: WriteHistory;
  readonly damage: Damage;
  /** Load for as long as `work` takes; then every picture is read and judged. */
  underLoad(work: () => Promise<void>): Promise<void>;
  /** Kills one gateway at random after a random while, and starts it again. */
  killOne(): Promise<void>;
}

/** How a round is set up. */
export interface RoundOptions {
  readonly store: StoreSettings;
  readonly gateways: number;
  /** Gateways on one data folder share the embedded store; on a shared backend each has a folder of its own. */
  readonly sharedFolder: boolean;
  readonly subjects?: number;
  readonly clients?: number;
  /** Where the data folder lies; default: a new temporary folder. */
  readonly folder?: string;
}

/** Starts the gateways, lets the round do its work, and checks the store itself at the end. */
export async function runRound(
  options: RoundOptions,
  work: (run: ChaosRun) => Promise<void>,
): Promise<RoundResult> {
  const home = await mkdtemp(join(tmpdir(), 'polyface-chaos-'));
  const folder = options.folder ?? home;
  const subjects = chaosSubjects(options.subjects ?? 12);
  const settingsFile = join(home, 'polyface.yaml');
  await writeChaosSettings(settingsFile, subjects, options.store);
  const dataDirs = Array.from({ length: options.gateways }, (_, number) =>
    join(folder, options.sharedFolder ? 'data' : `data-${number}`),
  );
  const gateways: GatewayProcess[] = [];
  const history = createWriteHistory();
  const damage = noDamage();
  let kills = 0;
  try {
    for (const dataDir of dataDirs) gateways.push(await startGatewayProcess(settingsFile, dataDir));
    await work({
      folder,
      gateways,
      subjects,
      history,
      damage,
      async underLoad(inner) {
        const load = startLoad(gateways, subjects, history, damage, options.clients ?? 6);
        try {
          await inner();
        } finally {
          await load.stop();
        }
        history.quiesce();
        await checkSubjects(gateways, subjects, history, damage);
      },
      async killOne() {
        await pause(100 + Math.random() * 600);
        const gateway = gateways[Math.floor(Math.random() * gateways.length)];
        await gateway?.kill();
        kills += 1;
        await gateway?.start();
      },
    });
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    const orphans = await checkStoreItself(settingsFile, String(dataDirs[0]), damage);
    return { ...damage, kills, orphans, acknowledged: history.acknowledged() };
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.kill()));
    await rm(home, { recursive: true, force: true });
  }
}
