import { randomUUID } from 'node:crypto';
import { link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource, HeldBytes } from '../../domain/index.ts';
import type { ShadowCopy, ShadowedCommand } from './shadow-exchange.ts';

/**
 * Keeps the uploads of a command past its exchange: what is in memory as it is, what is in a file under a second name in `folder` (of the
 * same file system), so that nobody waits for a copy. Begin before the exchange may end.
 */
export function copyUploads(command: ShadowedCommand, folder: string): ShadowCopy {
  const sources = command.kind === 'put-images' ? command.images.map(({ upload }) => upload.source) : [];
  const all = Promise.allSettled(sources.map((source) => secondHold(source, folder)));
  async function release(): Promise<void> {
    for (const one of await all) if (one.status === 'fulfilled') await one.value.release();
  }
  return {
    async take() {
      const held = (await all).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      if (held.length === sources.length) return held;
      await release();
      return 'disk';
    },
    drop: release,
  };
}

async function secondHold(source: ByteSource, folder: string): Promise<HeldBytes> {
  // Read now: what has not been put together yet is gone with the exchange.
  if (source.kind === 'memory') {
    return { source: { kind: 'memory', bytes: source.bytes }, release: async () => {} };
  }
  const path = join(folder, `captured-${randomUUID()}`);
  await link(source.path, path);
  return { source: { ...source, path }, release: () => rm(path, { force: true }) };
}
