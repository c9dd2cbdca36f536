import { readTally } from '../parity/parity-tally.ts';
import { readWarnings } from '../preflight/preflight-report.ts';
import { readBacklog } from '../replicas/backlog.ts';
import { rolloutAbove, rolloutBelow } from '../stages/change-stage.ts';
import { readHeartbeats } from '../stages/heartbeat.ts';
import { EVERYBODY } from '../stages/rollout.ts';
import { STAGES } from '../stages/stage.ts';
import { beginStage, nameText } from '../stages/stage-store.ts';
import { type AbandonedPerson, describeAbandoned } from './abandon-backend.ts';
import { examineStep } from './gate.ts';
import type { OperatedBackend } from './operated-backend.ts';
import { nextSteps, type StepResult } from './take-step.ts';
import { readUnderWay, waitingSteps } from './waiting-for.ts';

/* The command line and the admin API both show these descriptions, so that each fact has one name. */

/** Where a migration stands. */
export async function describeMigration(operated: OperatedBackend) {
  const { at, core } = operated;
  const nowMs = core.clock.nowMs();
  const { record } = await beginStage(core.records, at.name, at.settings.initialStage);
  const [waitingFor, backlog, heartbeats, tally] = await Promise.all([
    readUnderWay(operated, record),
    readBacklog(at.replica),
    readHeartbeats(core.records, nowMs),
    readTally(core.records, at.name),
  ]);
  const up = rolloutAbove(record.rollout, EVERYBODY);
  const down = rolloutBelow(record.rollout);
  return {
    ...at.name,
    revision: record.revision,
    stages: STAGES,
    rollout: record.rollout,
    ...(record.change ? { change: record.change } : {}),
    ...(waitingFor ? { waitingFor } : {}),
    ...(up ? { up: up.stage } : {}),
    ...(down ? { down: down.stage } : {}),
    backlog,
    gateways: heartbeats.map(({ gatewayId, heard, atMs, settled }) => ({
      gatewayId,
      heard,
      secondsAgo: Math.round((nowMs - atMs) / 1000),
      /** The revision that the gateway acts upon. */
      applies: settled[nameText(at.name)],
    })),
    parity: tally,
    history: [...record.history].reverse(),
    nextSteps: waitingFor ? waitingSteps(waitingFor, record) : nextSteps(record.rollout),
  };
}

/** The conditions of the next step, examined now. */
export async function describePlan(operated: OperatedBackend) {
  const { at, core } = operated;
  const { record } = await beginStage(core.records, at.name, at.settings.initialStage);
  const to = rolloutAbove(record.rollout, EVERYBODY);
  const guards = to ? (await examineStep(operated, record, to)).guards : [];
  const failing = guards.filter(({ holds }) => !holds);
  const ready = to ? ['polyface migrate advance'] : nextSteps(record.rollout);
  return {
    rollout: record.rollout,
    ...(to ? { to } : {}),
    guards,
    warnings: await readWarnings(operated),
    checkedAt: new Date(core.clock.nowMs()).toISOString(),
    nextSteps: failing.length === 0 ? ready : failing.map(({ next }) => next),
  };
}

/** The result of a step. `people` are those whom the end of a migration left behind. */
export function describeStep({
  outcome,
  record: { rollout, change },
  gateReport,
  gateReportSha256,
  missing,
  waitingFor,
  people,
  nextSteps: next,
}: StepResult & { readonly people?: readonly AbandonedPerson[] }) {
  return {
    outcome,
    rollout,
    ...(change ? { change } : {}),
    ...(outcome === 'refused' && gateReport
      ? { refusedBy: gateReport.guards.filter(({ holds }) => !holds) }
      : {}),
    ...(missing === undefined ? {} : { missing }),
    ...(waitingFor ? { waitingFor } : {}),
    ...(gateReportSha256 === undefined ? {} : { gateReportSha256 }),
    ...(people ? { people: people.map(describeAbandoned) } : {}),
    nextSteps: next,
  };
}
