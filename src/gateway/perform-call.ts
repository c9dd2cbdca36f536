import { standingDigests } from '../core/slots.ts';
import {
  type CommandKind,
  type OpenedSubject,
  type Operation,
  type Principal,
  ProblemError,
  type WireResponse,
} from '../domain/index.ts';
import { authorize } from './credentials/access.ts';
import type { LoadedDialect } from './dialect-registry.ts';
import { fieldsUsed } from './exchange/fields-used.ts';
import { dialectExchange, type LiveExchange } from './exchange/live-exchange.ts';
import { requireDecodable, withRoute } from './exchange/request-head.ts';
import type { GatewayContext } from './gateway-context.ts';
import { receiveJson } from './intake/receive-json.ts';
import { receivePictures } from './intake/receive-pictures.ts';
import type { UploadSession } from './intake/upload-store.ts';
import { intercept } from './intercept.ts';
import type { RouteMatch } from './routes/route-table.ts';
import { runOperation } from './run-operation.ts';

/** What an exchange holds until it is over. */
export interface ExchangeHoldings {
  readonly session: UploadSession;
  /** Runs once the answer is decided, whatever it is. */
  onEnd(act: () => void): void;
}

/**
 * Carries out a request that matched an operation, in the order of decision: credential, rate, scopes, parameters, subject, body,
 * command. Each step throws; none is begun before the one before it has passed.
 */
export async function performCall(
  context: GatewayContext,
  live: LiveExchange,
  match: Extract<RouteMatch, { kind: 'operation' }>,
  holdings: ExchangeHoldings,
): Promise<WireResponse | 'taken'> {
  const { parts } = context;
  const { loaded, documented } = match;
  const { operationId } = documented;
  const operation = loaded.dialect.operations[operationId];
  if (!operation) throw new Error(`${loaded.dialect.name} has no operation ${operationId}`);
  live.route = match.template;
  live.received = withRoute(live.received, operationId, match.rawParams);
  const { head } = live.received;

  const isPublic = operation.access.kind === 'public';
  const authenticate = once(() => (isPublic ? Promise.resolve(undefined) : prove(context, live, loaded)));
  const interception = await intercept(context, live, loaded, authenticate);
  if (interception === 'taken') return 'taken';
  const principal = await authenticate();
  if (principal) {
    if (!interception?.unmetered) await parts.rates.admit(principal, loaded.rate, operationId);
    authorize(operation.access, principal);
  } else if (operation.body === 'json' && !interception?.unmetered) {
    await parts.rates.admitStranger(live.remoteAddress, loaded.dialect.name, operationId);
  }
  const exchange = dialectExchange(live, loaded, parts.clock.nowMs());
  const executor = interception?.executor ?? parts.executor;

  const validator = context.validatorOf(documented);
  requireDecodable(live.received);
  validator.requireHead(head);
  const reference = operation.subject?.(head, exchange);
  let opened: OpenedSubject | undefined;
  if (principal && reference) {
    authorize(operation.access, principal, reference);
    opened = await executor.open(reference, principal);
  }

  const received = await receiveBody(operation.body);
  live.fields = fieldsUsed(documented, head, received, loaded.dialect.intake(exchange).field);
  // A union of operations is one operation on the union of their commands: `read` and `write` of the same one are called below.
  const answer = await runOperation(operation as Operation<object, CommandKind>, executor, {
    loaded,
    exchange,
    ...(principal && { principal }),
    ...(opened && { opened }),
    ...received,
  });
  return { ...answer, headers: { ...answer.headers, ...interception?.headers?.() } };

  async function receiveBody(kind: Operation<object, CommandKind>['body']) {
    switch (kind) {
      case 'pictures': {
        holdings.onEnd(context.admission.enter());
        const policy = loaded.dialect.intake({ options: exchange.options, profile: exchange.profile });
        const standing = opened?.snapshot && standingDigests(opened.snapshot.record);
        return { uploads: await receivePictures(live.body, head, policy, holdings.session, standing) };
      }
      case 'json': {
        holdings.onEnd(context.admission.enter());
        const json = await receiveJson(live.body, head);
        validator.requireJson(json);
        return { uploads: [], json };
      }
      case 'none':
        return { uploads: [] };
    }
  }
}

async function prove(
  { parts }: GatewayContext,
  live: LiveExchange,
  loaded: LoadedDialect,
): Promise<Principal> {
  live.principal = await parts.authenticator.authenticate(loaded, live.received.head, live.remoteAddress);
  return live.principal;
}

/** Does a piece of work at the first call, and gives every caller what came of it. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

/** The problem of a path or method that no document names; the dialect that owns the mount may redirect first. */
export async function performUnmatched(
  context: GatewayContext,
  live: LiveExchange,
  match: Exclude<RouteMatch, { kind: 'operation' }>,
): Promise<WireResponse | 'taken'> {
  const { loaded } = match;
  if (loaded) {
    const authenticate = once(() => prove(context, live, loaded));
    if ((await intercept(context, live, loaded, authenticate)) === 'taken') return 'taken';
    const redirect = loaded.dialect.redirect?.(live.received.head, loaded.setting());
    if (redirect) return redirect;
  }
  throw new ProblemError(
    match.kind === 'wrong-method'
      ? { kind: 'method-not-allowed', allow: match.allow }
      : { kind: 'route-not-found' },
  );
}
