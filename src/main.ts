import { join } from 'node:path';
import type { PolyfaceOverrides, RunningPolyface } from './build-polyface.ts';
import { createImaging } from './imaging/imaging.ts';
import type { LoadedSettings } from './settings/load-settings.ts';
import type { Settings } from './settings/settings.ts';

export type { PolyfaceOverrides, RunningPolyface } from './build-polyface.ts';

/**
 * Starts a gateway: the first picture worker, which takes as long as all the rest and has a processor of its own, and meanwhile
 * every other part. When it rejects, nothing is left running.
 */
export async function startPolyface(
  settings: Settings & Partial<Pick<LoadedSettings, 'demo'>>,
  overrides: PolyfaceOverrides = {},
): Promise<RunningPolyface> {
  let running: RunningPolyface | undefined;
  const imaging = createImaging({
    ...settings.imaging,
    scratchDir: join(settings.dataDir, 'scratch'),
    onCrash: (cause) => running?.log.warn({ err: cause }, 'a picture worker died'),
  });
  const stopImaging = () => imaging.stop(settings.limits.shutdownSeconds);
  const decoding = imaging.start();
  // Its failure is met below, where it is waited for.
  decoding.catch(() => {});
  try {
    // Not before the worker is on its way: this loads the greater part of the program.
    const { buildPolyface } = await import('./build-polyface.ts');
    const built = await buildPolyface({ settings, overrides, imaging, decoding });
    running = {
      ...built,
      async stop() {
        await built.stop();
        await stopImaging();
      },
    };
    return running;
  } catch (cause) {
    await stopImaging();
    throw cause;
  }
}
