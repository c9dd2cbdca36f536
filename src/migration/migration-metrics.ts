import { Counter, Gauge, type Registry } from 'prom-client';
import type { Loss } from '../domain/index.ts';
import type { ParityObserver } from './parity/parity-tally.ts';
import type { Backlog } from './replicas/backlog.ts';
import { STAGES } from './stages/stage.ts';
import type { StageRecord } from './stages/stage-record.ts';
import type { MigrationName } from './stages/stage-store.ts';

/** Figures of the migrations for Prometheus. */
export interface MigrationMetrics {
  losses(name: MigrationName, losses: readonly Loss[]): void;
  backlog(name: MigrationName, backlog: Backlog, nowMs: number): void;
  stage(name: MigrationName, record: StageRecord): void;
  /** The backend has refused the gateway's own credential. */
  credentialRefused(name: MigrationName): void;
  /** Counts the results of one migration's shadow. */
  parity(name: MigrationName): ParityObserver;
}

/**
 * Registers the figures. Figures that every process reads from the same store are not summed over processes.
 */
export function createMigrationMetrics(registry: Registry): MigrationMetrics {
  const registers = [registry];
  const labelNames = ['tenant', 'dialect'] as const;
  const losses = new Counter({
    name: 'polyface_migration_losses_total',
    help: 'What translations to a backend could not carry over, by fate.',
    labelNames: [...labelNames, 'field', 'fate'] as const,
    registers,
  });
  const backlog = new Gauge({
    name: 'polyface_migration_backlog',
    help: 'Subjects with unfinished work at their backend.',
    labelNames: [...labelNames, 'kind'] as const,
    aggregator: 'max',
    registers,
  });
  const lag = new Gauge({
    name: 'polyface_migration_lag_seconds',
    help: 'Age of the oldest unfinished write.',
    labelNames,
    aggregator: 'max',
    registers,
  });
  const stage = new Gauge({
    name: 'polyface_migration_stage',
    help: 'The stage: 0 pass-through, 1 shadow, 2 dual-write, 3 switched, 4 complete.',
    labelNames,
    aggregator: 'max',
    registers,
  });
  const compared = new Counter({
    name: 'polyface_migration_compared_total',
    help: 'Shadowed requests that were compared, by operation and verdict.',
    labelNames: [...labelNames, 'operation', 'verdict'] as const,
    registers,
  });
  const differing = new Counter({
    name: 'polyface_migration_differing_total',
    help: 'Compared requests that differed on a level: wire, meaning, bytes or picture.',
    labelNames: [...labelNames, 'operation', 'level'] as const,
    registers,
  });
  const notCompared = new Counter({
    name: 'polyface_migration_not_compared_total',
    help: 'Requests in shadow that were not compared, by reason.',
    labelNames: [...labelNames, 'reason'] as const,
    registers,
  });
  const refused = new Counter({
    name: 'polyface_migration_credential_refused_total',
    help: "Requests with the gateway's own credential that the backend refused with 401 or 403.",
    labelNames,
    registers,
  });
  return {
    credentialRefused: (name) => refused.inc({ ...name }),
    losses(name, found) {
      // A field may name a slot. The slot does not become a label of its own.
      for (const { field, fate } of found)
        losses.inc({ ...name, field: field.replace(/\[\d+\]/, '[]'), fate });
    },
    backlog(name, { intents, rechecks, pendingReplications, oldestSinceMs }, nowMs) {
      backlog.set({ ...name, kind: 'intent' }, intents);
      backlog.set({ ...name, kind: 'recheck' }, rechecks);
      backlog.set({ ...name, kind: 'pending replication' }, pendingReplications);
      lag.set(name, oldestSinceMs === undefined ? 0 : (nowMs - oldestSinceMs) / 1000);
    },
    stage: (name, { rollout }) => stage.set({ ...name }, STAGES.indexOf(rollout.stage)),
    parity: (name) => ({
      compared(operation, verdict, levels) {
        compared.inc({ ...name, operation, verdict });
        for (const [level, found] of Object.entries(levels)) {
          if (found !== 'same') differing.inc({ ...name, operation, level });
        }
      },
      notCompared: (reason) => notCompared.inc({ ...name, reason }),
    }),
  };
}
