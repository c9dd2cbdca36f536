import { ProblemError, type Subject } from '../../../src/domain/index.ts';
import { awaitDrained } from '../../../src/migration/replicas/await-drained.ts';
import {
  beginChange,
  type ChangeParts,
  continueChange,
  placementAbove,
  placementBelow,
} from '../../../src/migration/stages/change-stage.ts';
import { EVERYBODY, type Ramp } from '../../../src/migration/stages/placement.ts';
import { PRESENCE_EXPIRES_MS } from '../../../src/migration/stages/presence.ts';
import { conductOf, type StageRecord } from '../../../src/migration/stages/stage-record.ts';
import { readStage } from '../../../src/migration/stages/stage-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { createModelBackend, type Trouble, type Value } from './model-backend.ts';
import { createModelGateway, LEASE_MS, type ModelGateway, NAME, SUBJECTS } from './model-gateway.ts';
import { createMortalProcess } from './mortal-process.ts';
import { createRegister } from './register.ts';

/** What one client does. */
export type ClientAct = {
  readonly gateway: number;
  readonly subject: number;
  readonly slot: number;
  readonly act: 'put' | 'remove' | 'get' | 'copy';
};

/** What happens in the world. */
export type Step =
  | { readonly kind: 'burst'; readonly acts: readonly ClientAct[] }
  | { readonly kind: 'reconcile'; readonly gateway: number }
  | { readonly kind: 'change'; readonly up: boolean; readonly ramp: Ramp }
  | { readonly kind: 'continue' }
  /** Everybody looks and the change goes on, until it arrives or nothing helps. */
  | { readonly kind: 'ride' }
  | { readonly kind: 'refresh'; readonly gateway: number }
  | { readonly kind: 'kill'; readonly gateway: number; readonly steps: number; readonly afterEffect: boolean }
  | { readonly kind: 'trouble'; readonly trouble: Trouble | undefined }
  | { readonly kind: 'wait'; readonly ms: number };

/** Figures of a run. */
export interface Tally {
  acknowledged: number;
  failed: number;
  reads: number;
  kills: number;
  changes: number;
  /** Runs that were in `switched` at least once. */
  switched: number;
}

/** Runs the steps, then brings everything to rest; throws at the first promise that was broken. */
export async function runWorld(
  store: Pick<Store, 'records' | 'objects'>,
  /** How many stages up it starts. */
  stages: number,
  steps: readonly Step[],
  random: () => number,
): Promise<Tally> {
  const tally: Tally = { acknowledged: 0, failed: 0, reads: 0, kills: 0, changes: 0, switched: 0 };
  let nowMs = 1_000_000;
  let nextValue = 1;
  let unseenMs = 0;
  const backend = createModelBackend();
  const registers = new Map<string, ReturnType<typeof createRegister>>();
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

  const changing: ChangeParts = {
    records: store.records,
    clock: { nowMs: () => nowMs },
    name: NAME,
    isDrained: () => awaitDrained(admin.replica, 0),
  };

  function gatewayAt(index: number): ModelGateway {
    const gateway = gateways[index % gateways.length];
    if (!gateway) throw new Error('two gateways are always there');
    if (gateway.process.isAlive) return gateway;
    tally.kills += 1;
    const next = start();
    gateways[index % gateways.length] = next;
    return next;
  }

  function registerOf(subject: Subject, slot: number) {
    const key = `${subject.id}/${slot}`;
    const register = registers.get(key) ?? createRegister();
    registers.set(key, register);
    return register;
  }

  async function burst(acts: readonly ClientAct[]): Promise<void> {
    const seen = new Map<string, { writes: { value: Value; acknowledged: boolean }[]; reads: Value[] }>();
    await Promise.all(
      acts.map(async ({ act, gateway: index, subject: who, slot }) => {
        const gateway = gatewayAt(index);
        const subject = subjectAt(who);
        const key = `${who}/${slot}`;
        const here = seen.get(key) ?? { writes: [], reads: [] };
        seen.set(key, here);
        if (act === 'copy') {
          await gateway.copy(subject).catch(ignored);
          return;
        }
        if (act === 'get') {
          const value = await gateway.get(subject, slot).catch(ignored);
          tally.reads += 1;
          if (value !== undefined) here.reads.push(value);
          return;
        }
        const value = act === 'put' ? nextValue++ : 0;
        try {
          if (act === 'put') await gateway.put(subject, slot, value);
          else await gateway.remove(subject, slot);
          here.writes.push({ value, acknowledged: true });
          tally.acknowledged += 1;
        } catch (cause) {
          ignored(cause);
          tally.failed += 1;
          // Nothing to delete: that is what a reader would have seen.
          if (act === 'remove' && isProblem(cause, 'image-not-found')) here.reads.push(0);
          else here.writes.push({ value, acknowledged: false });
        }
      }),
    );
    await Promise.all(gateways.map((gateway) => gateway.settle()));
    for (const { subject: who, slot } of acts) {
      const here = seen.get(`${who}/${slot}`);
      if (!here) continue;
      seen.delete(`${who}/${slot}`);
      registerOf(subjectAt(who), slot).observe(here.writes, here.reads);
    }
  }

  async function stage(): Promise<StageRecord> {
    const stored = await readStage(store.records, NAME);
    if (!stored) throw new Error('the migration has begun');
    return stored.record;
  }

  async function change(up: boolean, ramp: Ramp): Promise<void> {
    const { placement, change: underWay } = await stage();
    if (underWay) return;
    const to = up
      ? placementAbove(placement, placement.stage === 'pass-through' ? EVERYBODY : ramp)
      : placementBelow(placement);
    if (!to || to.stage === 'complete') return;
    if (to.stage === 'switched' && up && !(await isEqual())) return;
    await beginChange(changing, to);
    tally.changes += 1;
  }

  /** What `verify --repair` and the gate do. */
  async function isEqual(): Promise<boolean> {
    await admin.watch.refresh();
    const record = await stage();
    for (const subject of SUBJECTS) {
      if (conductOf(record, subject.key).write !== 'both') continue;
      await admin.adopt(subject).catch(ignored);
      const entry = await admin.replica.journal.read(subject.key);
      if (entry?.intent || entry?.lookAgain) return false;
      if (!(await isInStep(subject))) return false;
    }
    return true;
  }

  async function isInStep(subject: Subject): Promise<boolean> {
    const opened = await admin.replica.own.open(
      { kind: 'key', key: subject.key },
      {
        ...NAME,
        credentialId: 'admin',
        scopes: [],
      },
    );
    if (opened.generation === 0) return true;
    for (const slot of [0, 1]) {
      const state = opened.snapshot?.record.slots[slot];
      const own = state?.kind === 'image' ? state.image.original.sha256 : undefined;
      const theirs = backend.value(subject.key, slot);
      const { uploadOf } = await import('./model-backend.ts');
      if (own !== (theirs === 0 ? undefined : uploadOf(theirs).sha256)) return false;
    }
    return true;
  }

  async function take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'burst':
        return burst(step.acts);
      case 'reconcile':
        await gatewayAt(step.gateway).reconciler.round().catch(ignored);
        return;
      case 'change':
        return change(step.up, step.ramp).catch(ignored);
      case 'continue':
        await continueChange(changing).catch(ignored);
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

  /** Gateways that live look at the stage more often than their presence expires. */
  async function wait(ms: number): Promise<void> {
    nowMs += ms;
    unseenMs += ms;
    if (unseenMs < PRESENCE_EXPIRES_MS / 2) return;
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
      const moved = await continueChange(changing).catch(ignored);
      if (moved === 'arrived') break;
      nowMs += 3_000;
    }
    if ((await stage()).placement.stage === 'switched') tally.switched = 1;
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
      const moved = await continueChange(changing);
      if (moved === 'arrived' && round > 6 && (await awaitDrained(admin.replica, 0))) return;
    }
    throw new Error('the world does not come to rest');
  }

  for (let up = 0; up < stages; up += 1) {
    await change(true, EVERYBODY);
    await ride();
  }
  for (const step of steps) await take(step);
  await comeToRest();
  const { placement } = await stage();
  for (const subject of SUBJECTS) {
    for (const slot of [0, 1]) {
      for (const gateway of gateways) {
        const value = await gateway.get(subject, slot);
        registerOf(subject, slot).observe([], [value]);
      }
      if (placement.stage === 'switched' || placement.stage === 'dual-write') {
        const value = backend.value(subject.key, slot);
        if (!registerOf(subject, slot).allows(value)) {
          throw new Error(
            `the backend holds ${value} of ${subject.id}/${slot}: ${registerOf(subject, slot).describe()}`,
          );
        }
      }
    }
  }
  return tally;
}

function subjectAt(index: number): Subject {
  const subject = SUBJECTS[index % SUBJECTS.length];
  if (!subject) throw new Error('there are people');
  return subject;
}

function isProblem(cause: unknown, kind: string): boolean {
  return cause instanceof ProblemError && cause.problem.kind === kind;
}

/** A client's failure is no failure of the world; a mistake in the program is. */
function ignored(cause: unknown): undefined {
  if (cause instanceof TypeError || cause instanceof ReferenceError) throw cause;
  return undefined;
}
