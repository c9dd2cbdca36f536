import { backfillList, type ListOptions } from '../../../src/migration/lists/backfill-list.ts';
import { verifyList } from '../../../src/migration/lists/verify-list.ts';
import { abandonBackend } from '../../../src/migration/operate/abandon-backend.ts';
import { changeParts } from '../../../src/migration/operate/change-parts.ts';
import { resyncSinceComplete } from '../../../src/migration/operate/resync.ts';
import { advance, back, cancel } from '../../../src/migration/operate/take-step.ts';
import { awaitDrained } from '../../../src/migration/replicas/unfinished-writes.ts';
import { continueChange, gatewaysBehind, rolloutAbove } from '../../../src/migration/stages/change-stage.ts';
import { storeCohort } from '../../../src/migration/stages/cohort.ts';
import { forgetSilentGateways, HEARTBEAT_EXPIRES_MS } from '../../../src/migration/stages/heartbeat.ts';
import { EVERYBODY, type Ramp } from '../../../src/migration/stages/rollout.ts';
import type { StageRecord } from '../../../src/migration/stages/stage-record.ts';
import { readStage } from '../../../src/migration/stages/stage-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { checkOpenGate, isFirstTime } from './check-gate.ts';
import { createCrowd, ignored } from './create-crowd.ts';
import { createModelBackend } from './model-backend.ts';
import { createModelGateway, LEASE_MS, type ModelGateway } from './model-gateway.ts';
import { NAME, SUBJECTS, subjectAt } from './model-parts.ts';
import { createMortalProcess } from './mortal-process.ts';
import { emptyTally, type Step, type Tally, type WantedPeople, type WantedRamp } from './world-steps.ts';

/** Runs the steps, then brings everything to rest; throws at the first promise that was broken. */
export async function runWorld(
  store: Pick<Store, 'records' | 'objects'>,
  /** How many stages up it starts. */
  stages: number,
  steps: readonly Step[],
  random: () => number,
  /** How many percent of the people the gate wants verified before it lets them switch for the first time. */
  minVerifiedPercent = 100,
): Promise<Tally> {
  const tally = emptyTally();
  let nowMs = 1_000_000;
  let unseenMs = 0;
  const backend = createModelBackend();
  const hop = async () => {
    for (let hops = Math.floor(random() * 4); hops > 0; hops -= 1) await new Promise(setImmediate);
  };
  const start = () =>
    createModelGateway({
      process: createMortalProcess({ records: store.records, objects: store.objects, hop }),
      backend,
      nowMs: () => nowMs,
    });
  const gateways: ModelGateway[] = [start(), start()];
  const admin = createModelGateway({
    process: createMortalProcess({ records: store.records, objects: store.objects, hop: async () => {} }),
    backend,
    nowMs: () => nowMs,
  });
  await Promise.all(gateways.map((gateway) => gateway.watch.refresh()));

  const changing = changeParts(admin.operated);

  function gatewayAt(index: number): ModelGateway {
    const gateway = gateways[index % gateways.length];
    if (!gateway) throw new Error('two gateways are always there');
    if (gateway.process.isAlive) return gateway;
    tally.kills += 1;
    const next = start();
    gateways[index % gateways.length] = next;
    return next;
  }

  const { registerOf, burst } = createCrowd({
    tally,
    gateways,
    gatewayAt,
    isGivingUp: async () => (await stage()).change?.abandonsBackend === true,
  });

  async function stage(): Promise<StageRecord> {
    const stored = await readStage(store.records, NAME);
    if (!stored) throw new Error('the migration has begun');
    return stored.record;
  }

  async function rampOf(wanted: WantedRamp): Promise<Ramp> {
    if (wanted === 'everybody') return EVERYBODY;
    return storeCohort(
      store.records,
      wanted.join(),
      wanted.map((who) => subjectAt(who).key),
    );
  }

  /** The gate decides, on whatever evidence there is; what it lets through is held against the truth. */
  async function change(up: boolean, wanted: WantedRamp): Promise<void> {
    const { rollout, history } = await stage();
    const now = { timeoutMs: 0 };
    if (!up) {
      await count(back(admin.operated, now));
      return;
    }
    const ramp = rollout.stage === 'pass-through' ? EVERYBODY : await rampOf(wanted);
    const to = rolloutAbove(rollout, ramp);
    admin.gate.minVerifiedPercent = isFirstTime(history) ? minVerifiedPercent : 100;
    if (to?.stage === 'switched' && random() < 0.7) await verify('everybody', true);
    const { outcome } = await count(advance(admin.operated, { ...now, ramp }));
    if (!to || outcome === 'refused' || outcome === 'nothing to do') return;
    if (to.stage === 'switched') tally.gatesOpened += 1;
    await checkOpenGate(admin, backend, rollout, to);
  }

  async function count(step: ReturnType<typeof advance>): ReturnType<typeof advance> {
    const result = await step;
    if (result.outcome === 'refused') tally.refused += 1;
    else tally.changes += 1;
    return result;
  }

  /** Whom the result names may read less, or older pictures, from then on. */
  async function abandon(): Promise<void> {
    const { outcome, people } = await abandonBackend(admin.operated, {
      timeoutMs: 0,
      override: 'it is dead',
    });
    if (outcome === 'refused') return;
    tally.abandoned += 1;
    for (const { subjectKey, what } of people) {
      const subject = SUBJECTS.find(({ key }) => key === subjectKey);
      for (const slot of subject ? [0, 1] : []) {
        if (subject && what.includes('never copied')) registerOf(subject, slot).leaveBehind();
        const isOlder = what.includes('not verified') || what.includes('recheck');
        if (subject && isOlder) registerOf(subject, slot).doubt();
      }
    }
  }

  function listOf(wanted: WantedPeople): string[] {
    if (wanted === 'everybody') return SUBJECTS.map(({ id }) => id);
    return wanted === 'mistyped' ? ['a', 'nobody'] : wanted.map((who) => subjectAt(who).id);
  }

  const overList: ListOptions = {
    concurrency: 2,
    restart: false,
    acceptsEmpty: true,
    signal: new AbortController().signal,
    // Time stands still while a client waits.
    pause: async () => {},
  };

  async function verify(wanted: WantedPeople, wantsRepair: boolean): Promise<void> {
    const { rollout, change: underWay } = await stage();
    const repair = wantsRepair && rollout.stage === 'dual-write' && !underWay;
    await verifyList(admin.operated, listOf(wanted), { ...overList, repair });
    tally.verifications += 1;
  }

  /** What `migrate status --forget-silent --wait` does: gateways that were killed are gone for sure here. */
  async function attendToChange(): Promise<Awaited<ReturnType<typeof continueChange>>> {
    await forgetSilentGateways(store.records, nowMs);
    const moved = await continueChange(changing);
    const behind = await gatewaysBehind(changing, await stage());
    if (moved === 'arrived' && behind.length === 0) await resyncSinceComplete(admin.operated);
    return moved;
  }

  async function take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'burst':
        return burst(step.acts);
      case 'reconcile':
        await gatewayAt(step.gateway).reconciler.round().catch(ignored);
        return;
      case 'change':
        return change(step.up, step.ramp).catch(unlessBroken);
      case 'continue':
        await continueChange(changing).catch(ignored);
        return;
      case 'cancel': {
        const result = await cancel(admin.operated, { timeoutMs: 0 }).catch(ignored);
        if (result?.outcome === 'cancelled' || result?.outcome === 'under way') tally.cancelled += 1;
        return;
      }
      case 'abandon':
        return abandon().catch(ignored);
      case 'verify':
        return verify(step.who, step.repair).catch(ignored);
      case 'backfill':
        await backfillList(admin.operated, listOf(step.who), overList).catch(ignored);
        return;
      case 'ride':
        return ride();
      case 'refresh':
        return gatewayAt(step.gateway).watch.refresh().catch(ignored);
      case 'kill':
        return gatewayAt(step.gateway).process.killIn(step.steps, step.afterEffect);
      case 'trouble':
        return backend.trouble(step.trouble);
      case 'wait':
        return wait(step.ms);
    }
  }

  /** Gateways that live look at the stage more often than their heartbeat expires. */
  async function wait(ms: number): Promise<void> {
    nowMs += ms;
    unseenMs += ms;
    if (unseenMs < HEARTBEAT_EXPIRES_MS / 2) return;
    unseenMs = 0;
    nowMs -= ms;
    await Promise.all(gateways.map((gateway) => gateway.watch.refresh().catch(ignored)));
    nowMs += ms;
    await Promise.all(gateways.map((gateway) => gateway.watch.refresh().catch(ignored)));
  }

  async function ride(): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      for (const index of [0, 1]) {
        await gatewayAt(index).watch.refresh().catch(ignored);
        await gatewayAt(index).reconciler.round().catch(ignored);
      }
      const moved = await attendToChange().catch(ignored);
      const behind = await gatewaysBehind(changing, await stage());
      if (moved === 'arrived' && behind.length === 0) break;
      nowMs += 3_000;
    }
    if ((await stage()).rollout.stage === 'switched') tally.switched = 1;
  }

  async function comeToRest(): Promise<void> {
    backend.trouble(undefined);
    for (const gateway of gateways) gateway.process.killIn(1, false);
    for (const index of [0, 1]) {
      await gateways[index]?.watch.refresh().catch(ignored);
      await gatewayAt(index).watch.refresh();
    }
    for (let round = 0; round < 40; round += 1) {
      nowMs += LEASE_MS * 4;
      for (const gateway of gateways) await gateway.watch.refresh();
      await gateways[round % 2]?.reconciler.round();
      for (const gateway of gateways) await gateway.watch.refresh();
      const moved = await attendToChange();
      // A backend that was given up never gets what was left for it.
      const isOver = (await stage()).rollout.stage === 'complete';
      if (moved === 'arrived' && round > 6 && (isOver || (await awaitDrained(admin.replica, 0)))) return;
    }
    throw new Error('the world does not come to rest');
  }

  // The backend has older pictures, because the gate stays shut where no person has one.
  await burst([0, 1, 2].map((subject) => ({ gateway: 0, subject, slot: subject % 2, act: 'put' })));
  for (let up = 0; up < stages; up += 1) {
    await change(true, 'everybody');
    await ride();
  }
  for (const step of steps) await take(step);
  await comeToRest();
  const { rollout } = await stage();
  for (const subject of SUBJECTS) {
    for (const slot of [0, 1]) {
      for (const gateway of gateways) {
        const value = await gateway.get(subject, slot);
        registerOf(subject, slot).observe([], [value]);
      }
      if (rollout.stage === 'switched' || rollout.stage === 'dual-write') {
        const value = backend.value(subject.key, slot);
        if (!registerOf(subject, slot).isAtBackend(value)) {
          throw new Error(
            `the backend holds ${value} of ${subject.id}/${slot}: ${registerOf(subject, slot).describe()}`,
          );
        }
      }
    }
  }
  return tally;
}

/** Ignores a step that cannot be taken now. A broken promise still ends the run. */
function unlessBroken(cause: unknown): void {
  if (cause instanceof Error && cause.message.includes('void evidence')) throw cause;
  ignored(cause);
}
