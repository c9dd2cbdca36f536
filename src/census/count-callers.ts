import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../domain/index.ts';
import type { LoadedDialect } from '../gateway/dialect-registry.ts';
import type { ExchangeObserver } from '../gateway/exchange-report.ts';
import { createClientFamilies } from './client-family.ts';

/** Names of the census' figures; `polyface census` reads them. */
export const CENSUS_METRICS = {
  calls: 'polyface_census_calls_total',
  lastCall: 'polyface_census_last_call_seconds',
  fields: 'polyface_census_fields_total',
} as const;

const CALLER = ['dialect', 'operation', 'deprecated', 'tenant', 'credential', 'client'] as const;

/**
 * Counts who calls which operation and with which fields. Refused calls count as well: whoever sends them has still not moved. Labels are
 * names from documents and settings, and at most a hundred client families.
 */
export function createCensus({
  dialects,
  registry,
  clock,
}: {
  readonly dialects: readonly LoadedDialect[];
  readonly registry: Registry;
  readonly clock: Clock;
}): ExchangeObserver {
  const registers = [registry];
  const families = createClientFamilies();
  const deprecated = new Set(
    dialects.flatMap(({ dialect, operations }) =>
      operations
        .filter(({ operation }) => operation.deprecated)
        .map(({ operationId }) => `${dialect.name} ${operationId}`),
    ),
  );
  const calls = new Counter({
    name: CENSUS_METRICS.calls,
    help: 'Calls by operation, credential and client.',
    labelNames: CALLER,
    registers,
  });
  const lastCall = new Gauge({
    name: CENSUS_METRICS.lastCall,
    help: 'When the last of them ended, in seconds since 1970.',
    labelNames: CALLER,
    registers,
  });
  const fieldsUsed = new Counter({
    name: CENSUS_METRICS.fields,
    help: 'Documented parameters, members and parts that callers used.',
    labelNames: [...CALLER, 'field'],
    registers,
  });
  return ({ dialect, operationId, tenant = '', credentialId = '', userAgent, fields = [] }) => {
    if (dialect === undefined || operationId === undefined) return;
    const caller = {
      dialect,
      operation: operationId,
      deprecated: String(deprecated.has(`${dialect} ${operationId}`)),
      tenant,
      credential: credentialId,
      client: families(userAgent),
    };
    calls.inc(caller);
    lastCall.set(caller, clock.nowMs() / 1000);
    for (const field of fields) fieldsUsed.inc({ ...caller, field });
  };
}
