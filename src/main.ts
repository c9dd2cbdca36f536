import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from './domain/index.ts';
import { createImaging } from './imaging/imaging.ts';
import { startStore } from './maintenance/start-store.ts';
import type { PolyfaceOverrides, RunningPolyface } from './polyface-plan.ts';
import type { LoadedSettings } from './settings/load-settings.ts';
import type { Settings } from './settings/settings.ts';
import { makeFolders } from './store/filesystem/make-folders.ts';
import { openStore } from './store/open-store.ts';
import { probeStore } from './store/probe-store.ts';
import type { Store } from './store/store.ts';
import { errorCode } from './temporary-files/error-code.ts';

export type { PolyfaceOverrides, RunningPolyface } from './polyface-plan.ts';

/**
 * Starts a gateway. It first starts the picture worker and the store, which need a processor of their own and
 * the disk, and builds every other part meanwhile. When it rejects, nothing is left running.
 */
export async function startPolyface(
  settings: Settings & Partial<Pick<LoadedSettings, 'demo' | 'places'>>,
  overrides: PolyfaceOverrides = {},
): Promise<RunningPolyface> {
  let running: RunningPolyface | undefined;
  const begin = mayBeginStore(settings, overrides);
  // Done before any part makes its own folders in the data folder. Where a store should already be in the data
  // folder, a missing folder is not created.
  if (begin || settings.store.kind !== 'filesystem') makeFolders(settings.dataDir);
  else if (isEmptyOrAbsent(settings.dataDir)) {
    throw new Error(
      `there is no store here: ${settings.dataDir} is empty or not there; begin one with --init`,
    );
  }
  const imaging = createImaging({
    ...settings.imaging,
    scratchDir: join(settings.dataDir, 'spool'),
    onCrash: (cause) => running?.log.warn({ err: cause }, 'a picture worker died'),
  });
  const decoding = imaging.start();
  const opening = overrides.store ? Promise.resolve(overrides.store) : openStore(settings);
  const storing = opening.then((store) => startProvenStore(store, begin));
  const proofs = [decoding, storing];
  // Their failures are met where they are waited for.
  for (const proof of proofs) proof.catch(() => {});
  const stopProven = async () => {
    const [, stored] = await Promise.allSettled(proofs);
    if (stored?.status === 'fulfilled') await (await opening).stop();
    await imaging.stop(settings.limits.shutdownSeconds);
  };
  try {
    // Not before both are on their way: this loads the greater part of the program.
    const { buildPolyface } = await import('./build-polyface.ts');
    const built = await buildPolyface({
      settings,
      overrides,
      imaging,
      store: await opening,
      start: startPolyface,
      proofs,
    });
    running = {
      ...built,
      async stop() {
        await built.stop();
        await stopProven();
      },
    };
    return running;
  } catch (cause) {
    await stopProven();
    throw cause;
  }
}

/** Starts the store and proves on it that it honours what commits need. */
async function startProvenStore(store: Store, begin: boolean): Promise<void> {
  try {
    await startStore(store, { begin });
    await probeStore(store).catch(serveReadsAllTheSame);
  } catch (cause) {
    await store.stop();
    throw cause;
  }
}

/** A disk that is full or read-only still serves what it holds; each write is refused by itself. */
function serveReadsAllTheSame(cause: unknown): void {
  if (!(cause instanceof StoreError)) throw cause;
  if (cause.reason !== 'full' && errorCode(cause.cause) !== 'EROFS') throw cause;
}

/**
 * Whether an empty place becomes a new store without `--init`. This holds for a store that the caller brings,
 * and for a demo in a data folder that was never used. In any other case, an empty folder may be a mount that
 * failed.
 */
function mayBeginStore(
  { demo = false, store, dataDir }: Settings & Partial<Pick<LoadedSettings, 'demo'>>,
  overrides: PolyfaceOverrides,
): boolean {
  if (overrides.beginStore === true || overrides.store) return true;
  return demo && (store.kind !== 'filesystem' || isEmptyOrAbsent(dataDir));
}

function isEmptyOrAbsent(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    // A folder that cannot be read is met with its error where the store is made.
    return true;
  }
}
