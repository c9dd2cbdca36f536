import { ProblemError, type Subject } from '../../../src/domain/index.ts';
import type { WritePolicy } from '../../../src/migration/stages/write-policy.ts';
import type { Value } from './model-backend.ts';
import type { ModelGateway } from './model-gateway.ts';
import { subjectAt } from './model-parts.ts';
import { createRegister } from './register.ts';
import type { ClientAct, Tally } from './world-steps.ts';

/** The clients of a world, and the registers of what they may read. */
export function createCrowd(parts: {
  readonly tally: Tally;
  readonly gateways: readonly ModelGateway[];
  gatewayAt(index: number): ModelGateway;
  /** Whether the backend is being given up. */
  isGivingUp(): Promise<boolean>;
}) {
  const { tally, gateways, gatewayAt, isGivingUp } = parts;
  const registers = new Map<string, ReturnType<typeof createRegister>>();
  let nextValue = 1;

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
        const value = act === 'remove' ? 0 : nextValue++;
        if (act === 'break off' || act === 'anonymous') {
          // No reader may ever see these, because the register does not know them.
          const put = act === 'break off' ? gateway.breakOff : gateway.putAnonymously;
          const came = await put(subject, slot, value).then(() => 'accepted', ignored);
          if (came === 'accepted') throw new Error(`a write was accepted though its client did ${act}`);
          tally[act === 'break off' ? 'brokenOff' : 'anonymous'] += 1;
          return;
        }
        if (act === 'put elsewhere') {
          const write = { value, acknowledged: false };
          here.writes.push(write);
          const policy = await gateway.putThroughAnother(subject, slot, value, isSteady).catch(ignored);
          // While the backend is the truth, its readers see the picture only once it was sent there.
          write.acknowledged = policy?.read === 'local';
          if (policy) tally.elsewhere += 1;
          return;
        }
        try {
          if (act === 'remove') await gateway.remove(subject, slot);
          else await gateway.put(subject, slot, value);
          if (act === 'not heard') {
            tally.notHeard += 1;
            here.writes.push({ value, acknowledged: false });
            return;
          }
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
    const isLeaving = await isGivingUp();
    for (const { subject: who, slot } of acts) {
      const here = seen.get(`${who}/${slot}`);
      if (!here) continue;
      seen.delete(`${who}/${slot}`);
      registerOf(subjectAt(who), slot).observe(here.writes, here.reads, isLeaving);
    }
  }

  return { registerOf, burst };
}

/**
 * Before dual-write nothing written through another dialect reaches the backend. During a change its readers may be
 * a moment behind, because only writes through their own dialect ask the backend first.
 */
function isSteady({ write, read, strict, redo, recheck }: WritePolicy): boolean {
  if (write === 'both') return read === 'backend' && !strict && (redo || recheck);
  return write !== 'stream';
}

function isProblem(cause: unknown, kind: string): boolean {
  return cause instanceof ProblemError && cause.problem.kind === kind;
}

/** Ignores a failure of a client. A mistake in the program still ends the run. */
export function ignored(cause: unknown): undefined {
  if (cause instanceof TypeError || cause instanceof ReferenceError) throw cause;
  return undefined;
}
