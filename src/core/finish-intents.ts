import { ERASE_GRACE_SECONDS, finishErasure } from './erase-person.ts';
import { finishMerge, type PeopleParts } from './merge-people.ts';
import { closeIntent, isAbandoned, listIntents } from './person-intents.ts';

/**
 * Finishes merges and erasures that a crash interrupted, and removes an erased person's bodies again after the time
 * of grace, for the sake of late writes. Several processes may do so at once.
 */
export async function finishIntents(parts: PeopleParts): Promise<void> {
  for (const stored of await listIntents(parts.records)) {
    const { intent } = stored;
    if (isAbandoned(intent, parts.clock.nowMs())) await closeIntent(parts.records, stored);
    // Its own process may still be deciding it.
    else if (intent.state === 'announced') continue;
    else if (intent.kind === 'merge') await finishMerge(parts, stored);
    else await finishErasure(parts, stored, ERASE_GRACE_SECONDS * 1_000);
  }
}
