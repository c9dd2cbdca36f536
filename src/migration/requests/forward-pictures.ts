import type { StageWatch } from '../stages/stage-watch.ts';
import { forwardStream } from './forward-stream.ts';
import type { MigrationCall, MigrationInterception } from './intercepted-call.ts';
import type { MigrationAtBackend } from './migration-at-backend.ts';

/**
 * Forwards the download of a picture at an address that the backend returned, where the gateway has taken over
 * the backend's host name. The request is sent as it came, with the caller's own credential, for as long as there
 * is a backend. `undefined`: the path begins with none of `picturePaths`.
 */
export async function forwardPicture(
  migrations: readonly MigrationAtBackend[],
  watch: StageWatch,
  call: MigrationCall,
): Promise<MigrationInterception> {
  const { method = 'GET' } = call.request;
  if (call.operationId !== undefined || !['GET', 'HEAD'].includes(method)) return undefined;
  const [path = ''] = call.target.split('?', 1);
  const migration = migrations.find(({ settings }) =>
    settings.picturePaths.some((prefix) => path.startsWith(prefix)),
  );
  if (!migration) return undefined;
  const { record: stageRecord, leave } = await watch.enter(migration.name);
  call.onEnd(leave);
  if (stageRecord.rollout.stage === 'complete' && !stageRecord.change) return undefined;
  return forwardStream(migration, call, {});
}
