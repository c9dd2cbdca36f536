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
  /** Counts what the shadow of one migration finds. */
  parity(name: MigrationName): ParityObserver;
}

/** Registers the figures. */
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
    help: 'Subjects with unfinished business with their backend.',
    labelNames: [...labelNames, 'kind'] as const,
    registers,
  });
  const lag = new Gauge({
    name: 'polyface_migration_lag_seconds',
    help: 'Age of the oldest unfinished write.',
    labelNames,
    registers,
  });
  const stage = new Gauge({
    name: 'polyface_migration_stage',
    help: 'The stage: 0 pass-through, 1 shadow, 2 dual-write, 3 switched, 4 complete.',
    labelNames,
    registers,
  });
  const compared = new Counter({
    name: 'polyface_migration_compared_total',
    help: 'Shadowed exchanges that were compared, by operation and verdict.',
    labelNames: [...labelNames, 'operation', 'verdict'] as const,
    registers,
  });
  const differing = new Counter({
    name: 'polyface_migration_differing_total',
    help: 'Compared exchanges that differed on a level: wire, meaning, bytes or picture.',
    labelNames: [...labelNames, 'operation', 'level'] as const,
    registers,
  });
  const notCompared = new Counter({
    name: 'polyface_migration_not_compared_total',
    help: 'Exchanges in shadow that were not compared, by reason.',
    labelNames: [...labelNames, 'reason'] as const,
    registers,
  });
  return {
    losses(name, found) {
      // A field may name a slot: that is no label of its own.
      for (const { field, fate } of found)
        losses.inc({ ...name, field: field.replace(/\[\d+\]/, '[]'), fate });
    },
    backlog(name, { intents, secondLooks, debts, oldestSinceMs }, nowMs) {
      backlog.set({ ...name, kind: 'intent' }, intents);
      backlog.set({ ...name, kind: 'second look' }, secondLooks);
      backlog.set({ ...name, kind: 'debt' }, debts);
      lag.set(name, oldestSinceMs === undefined ? 0 : (nowMs - oldestSinceMs) / 1000);
    },
    stage: (name, { placement }) => stage.set({ ...name }, STAGES.indexOf(placement.stage)),
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
