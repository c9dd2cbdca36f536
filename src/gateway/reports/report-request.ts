import type { GatewayContext } from '../gateway-context.ts';
import type { RequestDetail, RequestReport } from './request-report.ts';

/** Reports a finished request to the metrics, the log and the observers. */
export function reportRequest(
  { metrics, parts }: GatewayContext,
  report: RequestReport,
  detail: RequestDetail,
): void {
  metrics.observe(report, detail);
  parts.log.info(report, 'request');
  for (const observe of parts.observers ?? []) observe(report, detail);
}
