import type {
  Principal,
  Problem,
  ProblemKind,
  SubjectReference,
  WireRequestHead,
} from '../../domain/index.ts';
import type { LoadedDialect } from '../dialect-registry.ts';

/**
 * The known facts of a request. Its response and its report have the same facts, no matter which step fails.
 */
export interface RequestFacts {
  readonly head: WireRequestHead;
  readonly loaded?: LoadedDialect;
  /** The route's template, with its mount. */
  readonly route?: string;
  readonly principal?: Principal;
  readonly subject?: SubjectReference;
  /** The person's key, once the person was found. */
  readonly subjectKey?: string;
  readonly problem?: Problem;
  /** See `RequestReport.fields`. */
  readonly fields?: readonly string[];
}

/**
 * The known facts of a finished request. It holds no secret, and no personal data except `clientAddress` and
 * `userAgent`.
 */
export interface RequestReport {
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
  /** The subject's key, which identifies a person only together with the directory. */
  readonly subjectKey?: string;
  /** The `X-Request-Id` that came in, where it is well formed. */
  readonly clientRequestId?: string;
  /** The status that the client got; 499 where it left before an answer could begin. */
  readonly status: number;
  readonly problem?: ProblemKind;
  /** The rule that refused it: limit and value, detected type, which parameter. */
  readonly refusal?: string;
  /**
   * Documented parameters, JSON members and parts that the request used, e.g. `query:source`, `part:FILE`.
   */
  readonly fields?: readonly string[];
  readonly receivedBytes: number;
  readonly durationMs: number;
  readonly userAgent?: string;
  /** The address of the client, as far as its source is trusted. */
  readonly clientAddress?: string;
  /** Facts that the dialect put beside its response. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Details that are too long for a log line, for observers that explain a request to its client. */
export interface RequestDetail {
  readonly problem?: Problem;
  /** The subject that the request's head or its credential names. */
  readonly subject?: SubjectReference;
}

/** Gets the report of every request, once, after its response. Must not throw. */
export type RequestObserver = (report: RequestReport, detail: RequestDetail) => void;
