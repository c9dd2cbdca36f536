import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';

/**
 * Reports to operators the bodies that are gone although their records still name them. `polyface fsck` shows
 * what can be done about each.
 */
export function createMissingBodiesReport({
  registry,
  log,
}: {
  readonly registry: Registry;
  readonly log: Pick<Logger, 'error'>;
}): (bodyKey: string) => void {
  const missing = new Counter({
    name: 'polyface_missing_bodies_total',
    help: 'Reads that met a record whose body is gone from the store.',
    registers: [registry],
  });
  return (body) => {
    missing.inc();
    log.error({ body }, 'a record names a body that is gone from the store; see polyface fsck');
  };
}
