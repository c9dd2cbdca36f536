import { type CommandExecutor, type CommandKind, type Operation, ProblemError } from '../domain/index.ts';
import { authorize, authorizeCommand } from './credentials/access.ts';
import { authenticateCaller } from './credentials/authenticate-caller.ts';
import { openDownload } from './downloads/serve-download.ts';
import type { GatewayContext } from './gateway-context.ts';
import { ClientGone } from './intake/client-gone.ts';
import type { InterceptedProceeding, Interceptor } from './interceptor.ts';
import { admitCaller } from './limits/admit-caller.ts';
import type { RequestFacts } from './reports/request-report.ts';
import { commandContext } from './requests/command-context.ts';
import type { IncomingRequest } from './requests/incoming-request.ts';
import { interceptRequest } from './requests/intercept-request.ts';
import { listUsedFields } from './requests/list-used-fields.ts';
import { receiveBody } from './requests/receive-body.ts';
import { buildRequestContext } from './requests/request-context.ts';
import { createRequestResources } from './requests/request-resources.ts';
import type { BuiltResponse } from './responses/build-response.ts';
import { finishResponse, retryWhileReplaced } from './responses/finish-response.ts';
import { respondToProblem } from './responses/problem-response.ts';
import { requireDecodable, respondUnmatched, routeRequest } from './routes/route-request.ts';

/** How long a client should wait when every connection was taken. */
const SURPLUS_RETRY_AFTER_SECONDS = 5;

/** How a request is handled. */
export interface HandlingOptions {
  /** Sees the request once it is routed. */
  readonly interceptor?: Interceptor;
  /** Carries out the command; default: the gateway's executor. */
  readonly executor?: CommandExecutor;
  /** The request does not count against any rate. */
  readonly unmetered?: boolean;
}

/** The outcome of a request, with what was known of it at the end. */
export type HandledRequest = { readonly facts: RequestFacts } & (
  | { readonly kind: 'response'; readonly response: BuiltResponse }
  /** An interceptor has sent the response itself. */
  | { readonly kind: 'intercepted' }
  /**
   * No response can be sent: the client has gone, or an interceptor failed in the middle of its own response.
   */
  | { readonly kind: 'abandoned'; readonly cause: unknown }
);

/**
 * The steps of a request, in order. A step throws where the request cannot go on, and the next step begins
 * only after the one before it has passed. Everything that is thrown becomes a response in the caller's
 * dialect. At the end all received files are removed.
 */
export async function handleRequest(
  gateway: GatewayContext,
  incoming: IncomingRequest,
  { interceptor, ...options }: HandlingOptions = {},
): Promise<HandledRequest> {
  const { parts } = gateway;
  const { clock } = parts;
  const resources = createRequestResources(gateway, incoming);
  let facts: RequestFacts = { head: incoming.head };
  let interception: InterceptedProceeding | undefined;
  const decide = async (response: BuiltResponse): Promise<HandledRequest> =>
    (await interception?.replaceResponse?.(response))
      ? { kind: 'intercepted', facts }
      : { kind: 'response', response, facts };
  try {
    const route = routeRequest(gateway.routes, incoming);
    const { loaded, head } = route;
    facts = {
      head,
      ...(loaded && { loaded }),
      ...(route.kind === 'operation' && { route: route.template }),
    };

    if (gateway.surplus.has(incoming.body.request)) {
      throw new ProblemError({ kind: 'overloaded', retryAfterSeconds: SURPLUS_RETRY_AFTER_SECONDS });
    }
    const authenticate = once(async () => {
      const principal = await authenticateCaller(parts.authenticator, route, incoming);
      if (principal) facts = { ...facts, principal };
      return principal;
    });
    const { unmetered = false } = options;
    const admit = once(async () => {
      const principal = await authenticate();
      if (route.kind !== 'operation') return { principal };
      const context = buildRequestContext(clock, incoming, head, route.loaded, principal);
      await admitCaller(parts.rates, route, principal, incoming.origin.address, { unmetered });
      requireDecodable(route);
      const anyType = route.loaded.dialect.ignoresAccept?.(context) ?? false;
      gateway.validatorOf(route.documented).requireHead(head, { anyType });
      const reference = route.operation.subject?.(head, context);
      if (reference) facts = { ...facts, subject: reference };
      if (principal && reference) authorize(route.operation.access, principal, reference);
      return { principal, reference };
    });
    const asked = { authenticate, authorize: async () => (await admit()).principal };
    const intercepted = await interceptRequest(interceptor, clock, incoming, route, asked, resources);
    if (intercepted === 'taken') return { kind: 'intercepted', facts };
    interception = intercepted;
    const executor = interception?.executor ?? options.executor ?? parts.executor;

    if (route.kind !== 'operation') {
      const context = buildRequestContext(clock, incoming, head, loaded);
      const response = await retryWhileReplaced(parts, async () => {
        const written =
          route.kind === 'download'
            ? await openDownload(executor, route.ticket, head, incoming.baseUrl)
            : respondUnmatched(route, context);
        return finishResponse(gateway, loaded, context, written);
      });
      return { kind: 'response', response, facts };
    }

    const { principal, reference } = await admit();
    const context = buildRequestContext(clock, incoming, head, route.loaded, principal);
    const opened = principal && reference && (await executor.open(reference, principal));
    if (opened) facts = { ...facts, subjectKey: opened.subject.key };

    const policy = route.loaded.dialect.intake(context);
    const received = await receiveBody(
      route.operation.body,
      { body: incoming.body, head },
      policy,
      gateway.validatorOf(route.documented),
      resources,
      principal,
    );
    facts = { ...facts, fields: listUsedFields(route.documented, head, received, policy.field) };

    // For the compiler a union of operations is one operation on the union of their commands. This is safe
    // because `read` and `write` of the same operation are called.
    const operation = route.operation as Operation<object, CommandKind>;
    const command = operation.read({ ...head, ...received }, context);
    if (principal) authorizeCommand(operation.access, principal, command);
    const work = commandContext(route.loaded.dialect, operation, context);
    const response = await retryWhileReplaced(parts, async (isFirst) => {
      const outcome = await executor.execute(command, { ...work, ...(isFirst && opened && { opened }) });
      const written = operation.write(outcome, context);
      const headers = { ...written.headers, ...interception?.headers?.() };
      return finishResponse(gateway, route.loaded, context, { ...written, headers });
    });
    return await decide(response);
  } catch (cause) {
    if (cause instanceof ClientGone || incoming.body.response.headersSent) {
      return { kind: 'abandoned', cause, facts };
    }
    const { loaded, head, principal } = facts;
    const context = buildRequestContext(clock, incoming, head, loaded, principal);
    const { problem, response } = await respondToProblem(gateway, loaded, context, cause);
    facts = { ...facts, problem };
    return await decide(response);
  } finally {
    await resources.release();
  }
}

/** Does the work at the first call, and gives its result to every caller. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
