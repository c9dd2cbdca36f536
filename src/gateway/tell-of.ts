import type { ExchangeReport } from './exchange-report.ts';
import type { GatewayContext } from './gateway-context.ts';

/** Tells everybody who wants to know of an exchange that is over: metrics, the log, the observers. */
export function tellOf({ metrics, parts }: GatewayContext, report: ExchangeReport): void {
  metrics.observe(report);
  parts.log.info(report, 'exchange');
  for (const observe of parts.observers ?? []) observe(report);
}
