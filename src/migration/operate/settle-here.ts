import { commitHere } from '../replicas/resolve-intent.ts';
import { listUnfinished } from '../replicas/unfinished-writes.ts';
import type { OperatedBackend } from './operated-backend.ts';

/**
 * Commits in the local store what was begun before the change's fence; `false` while another process works on
 * it.
 */
export async function settleHere(
  { at, core }: OperatedBackend,
  beganBeforeMs: number,
  concerns: (subjectKey: string) => boolean,
): Promise<boolean> {
  let isSettled = true;
  for await (const person of listUnfinished(at.replica, { beganBeforeMs, concerns })) {
    if (!person.what.includes('intent')) continue;
    const entry = await at.replica.journal.read(person.subjectKey);
    if (!entry) continue;
    const { subjectKey: key, subjectId: id, aliases, reached } = entry;
    const subject = (await core.directory.byKey(at.name.tenant, key)) ?? {
      key,
      id,
      aliases,
      tenant: at.name.tenant,
      profile: {},
    };
    try {
      const held = await at.replica.journal.lease(subject, reached);
      try {
        await commitHere(at.replica, held, subject);
      } finally {
        await held.release();
      }
    } catch (cause) {
      core.warn(`the write of ${id} could not be finished here`, cause);
      isSettled = false;
    }
  }
  return isSettled;
}
