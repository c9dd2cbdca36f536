import { setTimeout } from 'node:timers/promises';
import { type CommandExecutor, type CommandKind, ProblemError } from '../../domain/index.ts';
import type { Interceptor } from '../../gateway/interceptor.ts';
import type { FaultChooser } from './choose-faults.ts';
import type { Fault } from './fault-plan.ts';
import type { LaggingRecords } from './lagging-records.ts';
import { SAMPLE_PROBLEMS } from './sample-problems.ts';
import { shapeAnswer } from './shape-answer.ts';

/**
 * Only these commands may get stale data. Writers always see the newest state: a store that loses a write
 * would be another fault.
 */
const READING: ReadonlySet<CommandKind> = new Set(['read-subject', 'read-image', 'locate-images']);

/** Applies the faults to every call of a dialect. `executor` is called only after the gateway is built. */
export function createFaultInterceptor({
  faults,
  records,
  executor,
}: {
  readonly faults: FaultChooser;
  readonly records: LaggingRecords;
  readonly executor: () => CommandExecutor;
}): Interceptor {
  return {
    async intercept({ loaded, operationId, context, signal, response }) {
      const { method, path, headers } = context.request;
      const fault: Fault = faults.choose({
        dialect: loaded.dialect.name,
        ...(operationId === undefined ? {} : { operationId }),
        method,
        path,
        headers,
      });
      shapeAnswer(response, fault);
      if (fault.latencyMs !== undefined) await delay(fault.latencyMs, signal);
      if (fault.problem !== undefined) throw new ProblemError(SAMPLE_PROBLEMS[fault.problem]);
      const command = loaded.dialect.operations[operationId ?? '']?.command;
      return fault.stale && command && READING.has(command)
        ? { executor: records.behindTheTimes(executor()) }
        : undefined;
    },
  };
}

/** Waits. Ends early, without an error, when the client has left. */
async function delay(durationMs: number, signal: AbortSignal): Promise<void> {
  await setTimeout(durationMs, undefined, { signal }).catch((cause: unknown) => {
    if (!signal.aborted) throw cause;
  });
}
