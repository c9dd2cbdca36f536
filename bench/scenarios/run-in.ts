import type { BenchPicture } from '../bench-pictures.ts';
import type { BenchRun } from '../bench-run.ts';
import type { ChildServer } from '../measure/child-server.ts';
import { driveLoad } from '../measure/drive-load.ts';
import { v1Body, v1Put } from './legacy-requests.ts';
import { inTurn } from './rounds.ts';

const CONNECTIONS = 4;
const UPLOADS = 3000;

/** Who has a picture after a run-in, and three more from this number on. */
export const RUN_IN_CUSTOMER = 6900;

/**
 * Small uploads for servers that were just started: an engine compiles what it has seen often, and for that a server with more code needs
 * longer. Nothing of it is measured.
 */
export async function runIn(
  run: BenchRun,
  servers: readonly ChildServer[],
  avatar: BenchPicture,
): Promise<void> {
  for (const server of servers) {
    const nextBody = inTurn(avatar.variants.map(v1Body));
    await driveLoad(server, (_index, sender) => v1Put(RUN_IN_CUSTOMER + sender, nextBody(sender)), {
      requests: Math.max(CONNECTIONS, Math.round(UPLOADS * run.scale.effort)),
      connections: CONNECTIONS,
    });
  }
}
