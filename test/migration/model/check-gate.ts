import type { Subject, SubjectRecord } from '../../../src/domain/index.ts';
import { findMoved } from '../../../src/migration/operate/evidence.ts';
import { isEverybody, type Rollout } from '../../../src/migration/stages/rollout.ts';
import type { StageRecord } from '../../../src/migration/stages/stage-record.ts';
import { type ModelBackend, uploadOf } from './model-backend.ts';
import type { ModelGateway } from './model-gateway.ts';
import { NAME, SUBJECTS } from './model-parts.ts';

/** Holds a gate that let people through against the truth. Throws where its evidence was void. */
export async function checkOpenGate(
  gateway: Pick<ModelGateway, 'operated' | 'replica'>,
  backend: ModelBackend,
  from: Rollout,
  to: Rollout,
): Promise<void> {
  const moved = await findMoved(gateway.operated, from, to);
  for (const subject of SUBJECTS) {
    if (!moved.has(subject.key)) continue;
    const nobody = { ...NAME, credentialId: 'admin', scopes: [] };
    const opened = await gateway.replica.local.open({ kind: 'key', key: subject.key }, nobody);
    const { record } = opened.snapshot;
    if (to.stage === 'switched' && record && !isInStep(record, backend, subject))
      throw new Error(`the gate opened for ${subject.id}, whose pictures differ: void evidence`);
    const isAtBackend = [0, 1].some((slot) => backend.value(subject.key, slot) !== 0);
    if (to.stage === 'complete' && opened.generation === 0 && isAtBackend)
      throw new Error(`the gate opened for ${subject.id}, who was never copied: void evidence`);
  }
}

function isInStep(record: SubjectRecord, backend: ModelBackend, { key }: Subject): boolean {
  return [0, 1].every((slot) => {
    const state = record.slots[slot];
    const own = state?.kind === 'image' ? state.image.original.sha256 : undefined;
    const theirs = backend.value(key, slot);
    return own === (theirs === 0 ? undefined : uploadOf(theirs).sha256);
  });
}

/**
 * Whether a switch is the first one of all. People who were not verified are copied with their first read in
 * `switched`. After a way back to `shadow`, or a step of some people, a copy may be older than the backend's
 * pictures, so that everybody has to be verified.
 */
export function isFirstTime(history: StageRecord['history']): boolean {
  const steps = history.filter(({ from, to }) => [from, to].some(({ stage }) => stage === 'dual-write'));
  return steps.length === 1 && steps.every(({ to }) => isEverybody(to.ramp));
}
