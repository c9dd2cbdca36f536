import type { CoreParts } from './core-parts.ts';

/**
 * Deletes bodies that no record names any more, in the background. `polyface gc` removes what a crash or a
 * failure leaves behind.
 */
export function discardBodies(
  parts: Pick<CoreParts, 'objects' | 'background'>,
  keys: readonly string[],
): void {
  if (keys.length === 0) return;
  parts.background.run('removing bodies that no record names', async () => {
    await Promise.all(keys.map((key) => parts.objects.delete(key)));
  });
}
