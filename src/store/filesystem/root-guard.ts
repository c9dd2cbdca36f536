import { statSync } from 'node:fs';
import { StoreError } from '../../domain/index.ts';

/** Tells a missing key from a missing folder. */
export interface RootGuard {
  /**
   * Throws `StoreError` `unavailable` where the folder is missing, or where another folder is in its place
   * (an empty mount point).
   */
  requireRoot(): void;
}

/**
 * Called only where something was not found. Once the file `marker` was seen below `root`, the folder counts
 * as present only with that file. Before that, while a store is being made, the folder alone is enough.
 */
export function createRootGuard(root: string, marker: string): RootGuard {
  let marked = false;
  const isThere = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined;

  return {
    requireRoot() {
      if (isThere(marker)) {
        marked = true;
        return;
      }
      if (!marked && isThere(root)) return;
      throw new StoreError('unavailable', { cause: new Error(`${marked ? marker : root} is not there`) });
    },
  };
}
