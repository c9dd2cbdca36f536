import type { ProblemKind } from '../domain/index.ts';

/** What was known of an exchange when it was over. No secret and no personal data but what `userAgent` says. */
export interface ExchangeReport {
  readonly requestId: string;
  readonly traceId: string;
  readonly method: string;
  /** Without query and tickets. */
  readonly path: string;
  /** With its mount; absent where nothing is documented. */
  readonly route?: string;
  readonly dialect?: string;
  readonly operationId?: string;
  readonly tenant?: string;
  readonly credentialId?: string;
  /** What the client was sent; 499 where it left before an answer could begin. */
  readonly status: number;
  readonly problem?: ProblemKind;
  /** Documented parameters, JSON members and parts that the request used, e.g. `query:source`, `part:FILE`. */
  readonly fields?: readonly string[];
  readonly receivedBytes: number;
  readonly durationMs: number;
  readonly userAgent?: string;
  /** Facts that the dialect put beside its answer. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Is told of every exchange, once, after its answer. Must not throw. */
export type ExchangeObserver = (report: ExchangeReport) => void;
