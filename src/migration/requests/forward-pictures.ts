import { isEverybody } from '../stages/rollout.ts';
import type { StageRecord } from '../stages/stage-record.ts';
import type { StageWatch } from '../stages/stage-watch.ts';
import { forwardStream } from './forward-stream.ts';
import type { MigrationCall, MigrationInterception } from './intercepted-call.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';

/**
 * Forwards the download of a picture at an address that the backend returned, where the gateway has taken
 * over the backend's host name. The request is sent as it came, with the caller's own credential, for as long
 * as anybody is below `complete`. `undefined`: the path begins with no `picturePaths` of such a backend.
 */
export async function forwardPicture(
  migrations: readonly MigrationAtBackend[],
  watch: StageWatch,
  call: MigrationCall,
): Promise<MigrationInterception> {
  const { method = 'GET' } = call.request;
  if (call.operationId !== undefined || !['GET', 'HEAD'].includes(method)) return undefined;
  const [path = ''] = call.target.split('?', 1);
  // The settings are refused where these lead to more than one backend.
  const matching = migrations.filter(({ settings }) =>
    settings.picturePaths.some((prefix) => path.startsWith(prefix)),
  );
  for (const migration of matching) {
    const { record, leave } = await watch.enter(migration.name);
    call.onEnd(leave);
    if (!isOver(record)) return forwardStream(migration, call, {});
  }
  return undefined;
}

/** Whether everybody is in `complete`. Until then the address may be anybody's. */
function isOver({ rollout, change }: StageRecord): boolean {
  return rollout.stage === 'complete' && isEverybody(rollout.ramp) && change === undefined;
}
