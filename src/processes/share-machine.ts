import { availableParallelism } from 'node:os';
import type { Settings } from '../settings/settings.ts';

/**
 * The settings for one of several processes. Limits that protect the machine are divided, so that all
 * processes together use as much as one would. Each process has at least one picture worker.
 */
export function shareOfMachine<S extends Pick<Settings, 'imaging' | 'limits'>>(
  settings: S,
  { index, count }: { readonly index: number; readonly count: number },
): S {
  const { imaging, limits } = settings;
  const workers = imaging.workers > 0 ? imaging.workers : availableParallelism();
  const oneMore = index < workers % count ? 1 : 0;
  return {
    ...settings,
    imaging: {
      ...imaging,
      workers: Math.max(1, Math.floor(workers / count) + oneMore),
      queue: Math.ceil(imaging.queue / count),
    },
    limits: {
      ...limits,
      maxConnections: Math.ceil(limits.maxConnections / count),
      maxConcurrentUploads: Math.ceil(limits.maxConcurrentUploads / count),
      // The supervisor makes all of them unready together before it drains the first one.
      unreadySeconds: 0,
    },
  };
}
