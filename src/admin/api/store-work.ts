import { recordsWithoutPerson } from '../../maintenance/check-people.ts';
import { checkStore } from '../../maintenance/check-store.ts';
import type { RunResult } from '../../maintenance/resumable-run.ts';
import { RecordsMissingError, sweepOrphans } from '../../maintenance/sweep-orphans.ts';
import type { AdminParts } from '../admin-parts.ts';
import { AdminProblem } from '../admin-problem.ts';
import type { PlannedJob } from './planned-job.ts';

type Members = Readonly<Record<string, unknown>>;

const HOUR_SECONDS = 3_600;

/**
 * `fsck` checks every record and body. `repair` rebuilds what is damaged; with `dryRun` as well it only
 * reports what it would rebuild.
 */
export function planCheck(parts: AdminParts, members: Members): PlannedJob {
  const dryRun = members.dryRun === true;
  const repair = members.repair === true ? (dryRun ? 'dry-run' : 'now') : undefined;
  if (dryRun && !repair) throw new AdminProblem(400, '"dryRun" goes with "repair": a check changes nothing.');
  return {
    kind: 'fsck',
    target: repair === undefined ? 'store' : `store, repair ${repair}`,
    action: repair === 'now' ? 'store.repair' : 'store.fsck',
    work: async ({ signal, onProgress }) =>
      describeRun(
        parts,
        await checkStore(parts, {
          restart: members.restart !== false,
          signal,
          onProgress,
          ...(repair ? { repair } : {}),
        }),
      ),
  };
}

/** `gc` deletes bodies that no record names. */
export function planSweep(parts: AdminParts, members: Members): PlannedJob {
  const dryRun = members.dryRun === true;
  const graceSeconds = graceOf(parts, members);
  return {
    kind: 'gc',
    target: dryRun ? 'dry run' : 'store',
    action: 'store.gc',
    async work({ signal, onProgress }) {
      const swept = await sweepOrphans(parts, {
        graceSeconds,
        dryRun,
        acceptMissingRecords: members.acceptMissingRecords === true,
        restart: members.restart !== false,
        signal,
        onProgress,
      }).catch((cause: unknown) => {
        if (cause instanceof RecordsMissingError) throw new AdminProblem(409, cause.message);
        throw cause;
      });
      return describeRun(parts, swept);
    },
  };
}

/** Reads the grace time. This gateway is running, so `gc` must not delete the pictures of uploads under way. */
function graceOf({ current }: AdminParts, { graceSeconds = HOUR_SECONDS }: Members): number {
  const { requestTimeoutSeconds, shutdownSeconds } = current().settings.limits;
  const longest = requestTimeoutSeconds + shutdownSeconds;
  if (typeof graceSeconds !== 'number' || !Number.isInteger(graceSeconds) || graceSeconds < longest)
    throw new AdminProblem(
      400,
      `"graceSeconds" is a whole number from ${longest}: an upload may take as long (limits.requestTimeoutSeconds and limits.shutdownSeconds).`,
    );
  return graceSeconds;
}

async function describeRun<Report extends object>(
  { current, records }: AdminParts,
  { report, complete }: RunResult<Report>,
) {
  let unknownPeople = 0;
  if (complete)
    for await (const _ of recordsWithoutPerson({ directory: current().directory, records }))
      unknownPeople += 1;
  return { complete, ...report, unknownPeople };
}
