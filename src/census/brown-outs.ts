import type { Logger } from 'pino';
import { type Clock, ProblemError } from '../domain/index.ts';
import type { Interceptor } from '../gateway/interceptor.ts';
import type { BrownOutSettings } from '../settings/brown-out-settings.ts';

const HOUR_MS = 3_600_000;

/** The window that is open at a moment, and until when. */
export interface OpenWindow {
  readonly endsAtMs: number;
}

/**
 * Answers calls in scheduled windows with 429 or 503 in their dialect, before anything is done. So clients
 * that still use an old API notice while there is a way back. Each such call is logged.
 */
export function createBrownOuts({
  brownOuts,
  clock,
  log,
}: {
  readonly brownOuts: readonly BrownOutSettings[];
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}): Interceptor {
  return {
    async intercept({ loaded, operationId, context }) {
      const dialect = loaded.dialect.name;
      const nowMs = clock.nowMs();
      for (const brownOut of brownOuts) {
        if (brownOut.dialect !== dialect || !concerns(brownOut, operationId)) continue;
        const open = openWindow(brownOut, nowMs);
        if (!open || !isAmong(context.requestId, brownOut.fraction)) continue;
        const { requestId } = context;
        log.warn({ requestId, dialect, operationId, problem: brownOut.problem }, 'browned out');
        throw new ProblemError({
          kind: brownOut.problem,
          retryAfterSeconds: Math.max(1, Math.ceil((open.endsAtMs - nowMs) / 1000)),
        });
      }
      return undefined;
    },
  };
}

function concerns({ operations }: BrownOutSettings, operationId: string | undefined): boolean {
  return operations.length === 0 || (operationId !== undefined && operations.includes(operationId));
}

/** The window of a brown-out that is open now: its own, or one of its repetitions. */
export function openWindow(
  { from, until, repeatHours }: Pick<BrownOutSettings, 'from' | 'until' | 'repeatHours'>,
  nowMs: number,
): OpenWindow | undefined {
  const [beginsAtMs, endsAtMs] = [Date.parse(from), Date.parse(until)];
  const periodMs = (repeatHours ?? 0) * HOUR_MS;
  const periods = periodMs > 0 ? Math.max(0, Math.floor((nowMs - beginsAtMs) / periodMs)) : 0;
  const shiftMs = periods * periodMs;
  const isOpen = nowMs >= beginsAtMs + shiftMs && nowMs < endsAtMs + shiftMs;
  return isOpen ? { endsAtMs: endsAtMs + shiftMs } : undefined;
}

/**
 * Chooses the given part of all calls by the first digits of the request id, because ids are evenly spread.
 */
function isAmong(requestId: string, fraction: number): boolean {
  return Number.parseInt(requestId.slice(0, 8), 16) / 0x1_0000_0000 < fraction;
}
