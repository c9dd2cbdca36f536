import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { UploadAdmission } from '../limits/upload-admission.ts';
import type { RequestObserver } from './request-report.ts';

/** The gateway's figures for Prometheus. */
export interface GatewayMetrics {
  readonly registry: Registry;
  readonly observe: RequestObserver;
  /** Counts a response that violates its document. */
  countViolation(dialect: string, operationId: string): void;
}

/**
 * Registers the gateway's figures. Labels are route templates and names from the documents, never text that a
 * caller chose.
 */
export function createGatewayMetrics(
  admission: UploadAdmission,
  registry: Registry = new Registry(),
): GatewayMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'polyface_requests_total',
    help: 'Requests handled.',
    labelNames: ['dialect', 'route', 'method', 'status', 'problem'],
    registers,
  });
  const durations = new Histogram({
    name: 'polyface_request_duration_seconds',
    help: 'From the head of a request to the end of its response.',
    labelNames: ['dialect', 'route', 'method'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const received = new Counter({
    name: 'polyface_received_bytes_total',
    help: 'Bytes of request bodies.',
    labelNames: ['dialect'],
    registers,
  });
  const violations = new Counter({
    name: 'polyface_response_violations_total',
    help: 'Responses that violate their OpenAPI document.',
    labelNames: ['dialect', 'operation'],
    registers,
  });
  const uploads: Gauge = new Gauge({
    name: 'polyface_uploads_under_way',
    help: 'Uploads being received or worked on.',
    registers,
    collect: () => uploads.set(admission.underWay),
  });
  const memory: Gauge = new Gauge({
    name: 'polyface_resident_memory_bytes',
    help: 'Resident memory of the gateway process.',
    registers,
    collect: () => memory.set(process.memoryUsage.rss()),
  });

  return {
    registry,
    observe(report) {
      const { dialect = 'none', route = 'none', status, problem = 'none' } = report;
      const method = KNOWN_METHODS.has(report.method) ? report.method : 'other';
      requests.inc({ dialect, route, method, status, problem });
      durations.observe({ dialect, route, method }, report.durationMs / 1000);
      if (report.receivedBytes > 0) received.inc({ dialect }, report.receivedBytes);
    },
    countViolation: (dialect, operation) => violations.inc({ dialect, operation }),
  };
}

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
