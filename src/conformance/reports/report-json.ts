import type { ConformanceReport } from '../run-conformance.ts';
import { describeFailure } from './describe-failure.ts';

/** The report without the bytes that went over the wire. */
export function reportJson(report: ConformanceReport): string {
  const results = report.results.map(({ exchanges, ...result }) => ({
    ...result,
    ...(result.verdict === 'failed' && { failure: describeFailure(report, { ...result, exchanges }) }),
    exchanges: exchanges.map(({ request, answer }) => ({
      method: request.method,
      path: request.path,
      status: answer.status,
    })),
  }));
  return `${JSON.stringify({ ...report, results }, null, 2)}\n`;
}
