import { join } from 'node:path';
import type { PolyfaceOverrides, RunningPolyface } from './build-polyface.ts';
import { createImaging } from './imaging/imaging.ts';
import type { LoadedSettings } from './settings/load-settings.ts';
import type { Settings } from './settings/settings.ts';
import { openStore } from './store/open-store.ts';
import { probeStore } from './store/probe-store.ts';
import type { Store } from './store/store.ts';

export type { PolyfaceOverrides, RunningPolyface } from './build-polyface.ts';

/**
 * Starts a gateway: first what takes its time elsewhere, the picture worker on a processor of its own and the store on its disk, and
 * meanwhile every other part. When it rejects, nothing is left running.
 */
export async function startPolyface(
  settings: Settings & Partial<Pick<LoadedSettings, 'demo' | 'places'>>,
  overrides: PolyfaceOverrides = {},
): Promise<RunningPolyface> {
  let running: RunningPolyface | undefined;
  const imaging = createImaging({
    ...settings.imaging,
    scratchDir: join(settings.dataDir, 'scratch'),
    onCrash: (cause) => running?.log.warn({ err: cause }, 'a picture worker died'),
  });
  const decoding = imaging.start();
  const opening = overrides.store ? Promise.resolve(overrides.store) : openStore(settings);
  const storing = opening.then(startStore);
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
    const built = await buildPolyface({ settings, overrides, imaging, store: await opening, proofs });
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

async function startStore(store: Store): Promise<void> {
  try {
    await store.start();
    await probeStore(store);
  } catch (cause) {
    await store.stop();
    throw cause;
  }
}
