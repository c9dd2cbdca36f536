import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { examine } from '../migration/operate/gate.ts';
import type { OperatedBackend } from '../migration/operate/operated-backend.ts';
import { runDrill } from '../migration/operate/run-drill.ts';
import { advance, back, nextSteps, resume, type StepResult } from '../migration/operate/take-step.ts';
import { type ParityDifference, readDifferences, readTally } from '../migration/parity/parity-tally.ts';
import { upperBound95 } from '../migration/parity/upper-bound.ts';
import { isEquivalent, type ParityVerdict } from '../migration/parity/verdict.ts';
import { readBacklog } from '../migration/replicas/backlog.ts';
import { placementAbove } from '../migration/stages/change-stage.ts';
import { EVERYBODY, type Ramp } from '../migration/stages/placement.ts';
import { forgetPresence, readPresences } from '../migration/stages/presence.ts';
import { beginStage } from '../migration/stages/stage-store.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import { readSubjectList, subjectsNamed } from './read-subject-list.ts';
import { type MigrationOptions, withMigration, withMigrationOptions } from './with-migration.ts';

interface StepCommandOptions extends MigrationOptions {
  readonly percent?: number;
  readonly only?: string;
  readonly override?: string;
  readonly certificate?: string;
  readonly timeout: number;
}

/** `polyface migrate`: moves a dialect from its legacy backend to this gateway, step by step and back. Prints JSON. */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('move a dialect from its legacy backend to this gateway, step by step')
    .addCommand(
      named('status', 'where the migration stands')
        .option('--wait', 'until a change under way has arrived')
        .option('--forget-silent', 'forget gateways that are gone')
        .option('--timeout <seconds>', 'how long to wait', seconds, 120)
        .action(status),
    )
    .addCommand(named('plan', 'what the next step asks for').action(plan))
    .addCommand(
      stepCommand('advance', 'one step up, or a wider ramp')
        .option('--percent <n>', 'share of subjects to take in', percent)
        .option('--only <file>', 'subjects to take in, one id a line')
        .action((options: StepCommandOptions) => takeStep(options, advance)),
    )
    .addCommand(
      stepCommand('back', 'one step down, for everybody').action((options: StepCommandOptions) =>
        takeStep(options, back),
      ),
    )
    .addCommand(
      named('parity', 'how alike the answers are')
        .option('--differences', 'the kept differences as well')
        .action(parity),
    )
    .addCommand(
      named('drill', 'rehearse the switch and the way back on a copy')
        .requiredOption('--subjects <file>', 'ids in the clients’ dialect, one a line; - for standard input')
        .action(drill),
    );
}

function named(name: string, description: string): Command {
  return withMigrationOptions(new Command(name)).description(description);
}

function stepCommand(name: string, description: string): Command {
  return named(name, description)
    .option('--override <reason>', 'go on although a guard does not hold; the reason is kept')
    .option('--certificate <file>', 'where the evidence is written')
    .option('--timeout <seconds>', 'how long to wait for the gateways and the backlog', seconds, 120);
}

async function takeStep(
  { percent: share, only, override, certificate, timeout, ...options }: StepCommandOptions,
  take: typeof advance,
): Promise<void> {
  const result = await withMigration(options, async (operated) => {
    const ramp = await rampOf(operated, share, only);
    return take(operated, {
      ramp,
      timeoutMs: timeout * 1000,
      ...(override === undefined ? {} : { override }),
      onWait: ({ change }) => process.stderr.write(`waiting in phase ${change?.phase ?? 0}\r`),
    });
  });
  if (certificate !== undefined && result.certificate) {
    await writeFile(certificate, JSON.stringify(result.certificate));
  }
  report(result);
}

function report({ outcome, record, certificate, certificateSha256, nextSteps: next }: StepResult): void {
  print({
    outcome,
    placement: record.placement,
    ...(record.change ? { change: record.change } : {}),
    ...(outcome === 'refused' ? { guards: certificate?.guards.filter(({ holds }) => !holds) } : {}),
    ...(certificateSha256 === undefined ? {} : { certificate_sha256: certificateSha256 }),
    next_steps: next,
  });
  if (outcome === 'refused') process.exitCode = 2;
  if (outcome === 'under way') process.exitCode = 3;
}

async function rampOf(
  operated: OperatedBackend,
  share: number | undefined,
  only: string | undefined,
): Promise<Ramp> {
  if (only === undefined) return share === undefined ? EVERYBODY : { kind: 'percent', percent: share };
  const subjects = await subjectsNamed(operated, await readSubjectList(only));
  return { kind: 'list', keys: subjects.map(({ key }) => key) };
}

async function status({
  wait,
  forgetSilent,
  timeout,
  ...options
}: MigrationOptions & {
  readonly wait?: boolean;
  readonly forgetSilent?: boolean;
  readonly timeout: number;
}): Promise<void> {
  await withMigration(options, async (operated) => {
    const { at, core } = operated;
    if (wait) await resume(operated, { timeoutMs: timeout * 1000 });
    const nowMs = core.clock.nowMs();
    if (forgetSilent) await forgetPresence(core.records, nowMs);
    const { record } = await beginStage(core.records, at.name, at.settings.initialStage);
    print({
      ...at.name,
      placement: record.placement,
      ...(record.change ? { change: record.change } : {}),
      revision: record.revision,
      backlog: await readBacklog(at.replica),
      gateways: (await readPresences(core.records, nowMs)).map(({ gatewayId, heard, atMs, settled }) => ({
        gatewayId,
        heard,
        secondsAgo: Math.round((nowMs - atMs) / 1000),
        applies: settled[`${at.name.tenant}/${at.name.dialect}`],
      })),
      history: record.history,
      next_steps: record.change ? ['polyface migrate status --wait'] : nextSteps(record.placement),
    });
  });
}

async function plan(options: MigrationOptions): Promise<void> {
  await withMigration(options, async (operated) => {
    const { at, core } = operated;
    const { record } = await beginStage(core.records, at.name, at.settings.initialStage);
    const to = placementAbove(record.placement, EVERYBODY);
    const certificate = to && (await examine(operated, record, to, undefined));
    print({
      placement: record.placement,
      ...(to ? { next: to } : {}),
      guards: certificate?.guards ?? [],
      next_steps: certificate?.guards.every(({ holds }) => holds)
        ? ['polyface migrate advance']
        : certificate?.guards.filter(({ holds }) => !holds).map(({ next }) => next),
    });
  });
}

async function parity({
  differences,
  ...options
}: MigrationOptions & { readonly differences?: boolean }): Promise<void> {
  await withMigration(options, async ({ at, core }) => {
    const { operations, notCompared, noise } = await readTally(core.records, at.name);
    const rates = Object.entries(operations).map(([operationId, { compared, verdicts, differing }]) => {
      const different = Object.entries(verdicts)
        .filter(([verdict]) => !isEquivalent(verdict as ParityVerdict))
        .reduce((sum, [, count]) => sum + count, 0);
      return {
        operationId,
        compared,
        verdicts,
        differing,
        different_percent: compared === 0 ? 0 : (different / compared) * 100,
        upper_bound_95_percent: upperBound95(different, compared) * 100,
      };
    });
    const kept: ParityDifference[] = [];
    if (differences) for await (const one of readDifferences(core.records, at.name)) kept.push(one);
    print({
      operations: rates,
      not_compared: notCompared,
      noise,
      ...(differences ? { differences: kept } : {}),
    });
  });
}

async function drill({
  subjects,
  ...options
}: MigrationOptions & { readonly subjects: string }): Promise<void> {
  await withMigration(options, async (operated) => {
    const found = await subjectsNamed(operated, await readSubjectList(subjects));
    const result = await runDrill(operated, found, createMemoryStore());
    print(result);
    if (result.lost.length > 0) process.exitCode = 2;
  });
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function percent(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 100)) throw new InvalidArgumentError('more than 0, at most 100');
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError('a number of seconds');
  return value;
}
