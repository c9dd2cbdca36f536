import type { HandledRequest } from '../handle-request.ts';
import type { IncomingRequest } from '../requests/incoming-request.ts';
import { describeProblem } from './describe-problem.ts';
import { loggablePath } from './loggable-path.ts';
import type { RequestDetail, RequestReport } from './request-report.ts';

/** nginx's code for a client that left before its response could begin. */
const CLIENT_GONE = 499;

/** The longest User-Agent that is reported. */
const MAX_USER_AGENT = 200;

/**
 * Request ids as callers and proxies send them: hexadecimal, a UUID, or a word of letters, digits and
 * `._:+/=-`. Other text could be a name or break a line.
 */
const REQUEST_ID = /^[A-Za-z0-9._:+/=-]{8,64}$/;

/** The known facts of a request at its end. */
export function describeRequest(
  { requestId, traceId, startedAtMs, body, origin }: IncomingRequest,
  handled: HandledRequest,
  nowMs: number,
): { readonly report: RequestReport; readonly detail: RequestDetail } {
  const { head, route, loaded, principal, subject, subjectKey, problem, fields } = handled.facts;
  const { method, path, operationId, headers } = head;
  const self = subject?.kind === 'caller' ? principal?.subject : undefined;
  const about = self === undefined ? subject : { kind: 'alias' as const, id: self };
  const clientRequestId = REQUEST_ID.exec(headers['x-request-id'] ?? '')?.[0];
  const userAgent = headers['user-agent']?.slice(0, MAX_USER_AGENT);
  return {
    report: {
      requestId,
      traceId,
      method,
      path: loggablePath(path),
      ...(route !== undefined && { route }),
      ...(loaded && { dialect: loaded.dialect.name }),
      ...(operationId !== undefined && { operationId }),
      ...(principal && { tenant: principal.tenant, credentialId: principal.credentialId }),
      ...(subjectKey !== undefined && { subjectKey }),
      ...(clientRequestId !== undefined && { clientRequestId }),
      status: body.response.headersSent ? body.response.statusCode : CLIENT_GONE,
      ...(problem && { problem: problem.kind, refusal: describeProblem(problem, loaded?.declaredNames) }),
      ...(fields && { fields }),
      receivedBytes: body.receivedBytes,
      durationMs: nowMs - startedAtMs,
      ...(userAgent !== undefined && { userAgent }),
      ...(origin.address !== undefined && { clientAddress: origin.address }),
      facts: {
        ...(handled.kind === 'response' && handled.response.logFields),
        ...(loaded?.profileOfClient && { profile: loaded.profileOfClient(head) ?? 'documented' }),
      },
    },
    detail: { ...(problem && { problem }), ...(about && { subject: about }) },
  };
}
