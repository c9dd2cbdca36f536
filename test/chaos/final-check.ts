import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ChaosSubject } from './chaos-house.ts';
import { type Damage, judgePicture, look } from './chaos-load.ts';
import { readThroughV1 } from './dialect-clients.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { WriteHistory } from './write-history.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/polyface.ts');
/** No client uploads any more. */
const NOW = ['--grace', '0s', '--accept-short-grace', '--accept-missing-records'];
const run = promisify(execFile);

/** Reads every subject through every gateway, by two dialects, once no client writes any more. */
export async function checkSubjects(
  gateways: readonly GatewayProcess[],
  subjects: readonly ChaosSubject[],
  history: WriteHistory,
  damage: Damage,
): Promise<void> {
  for (const gateway of gateways) {
    for (const subject of subjects) {
      if (!(await look(gateway.url(), subject, history, damage))) {
        damage.torn += 1;
        damage.cases.push(`torn: ${subject.id} cannot be read`);
        continue;
      }
      const startedAtMs = history.nowMs();
      const seen = await readThroughV1(gateway.url(), subject);
      judgePicture(seen, subject, startedAtMs, history, damage, 'v1');
    }
  }
}

/**
 * Checks the store against its records with `polyface fsck`, sweeps it with `polyface gc`, and checks that no
 * orphan is left then and nothing else is gone. Returns the number of orphans that were swept. Call it only
 * while no client writes.
 */
export async function checkStoreItself(
  settingsFile: string,
  dataDir: string,
  damage: Damage,
): Promise<number> {
  const command = async (...args: string[]) => {
    const options = ['--config', settingsFile, '--data-dir', dataDir, '--json'];
    const { stdout } = await run(process.execPath, [PROGRAM, ...args, ...options]).catch(
      (failure: { readonly stdout?: string }) => {
        // A check that finds damage ends with a code of its own and still reports.
        if (failure.stdout?.startsWith('{')) return { stdout: failure.stdout };
        throw failure;
      },
    );
    return JSON.parse(stdout) as Record<string, number>;
  };
  const fsck = async (when: string) => {
    const { damaged = 1 } = await command('fsck');
    damage.torn += damaged;
    if (damaged > 0) damage.cases.push(`torn: fsck ${when} finds ${damaged} damaged`);
  };
  await fsck('before gc');
  const { orphans = 0 } = await command('gc', ...NOW);
  const { orphans: left = 1 } = await command('gc', ...NOW, '--dry-run');
  if (left > 0) damage.cases.push(`gc leaves ${left} orphans`);
  await fsck('after gc');
  return orphans;
}
