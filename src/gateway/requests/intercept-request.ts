import type { Clock } from '../../domain/index.ts';
import { ClientGone } from '../intake/client-gone.ts';
import type { InterceptedCall, Interception, Interceptor } from '../interceptor.ts';
import { originForm } from '../routes/request-target.ts';
import type { RoutedRequest } from '../routes/route-request.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { buildRequestContext } from './request-context.ts';
import type { RequestResources } from './request-resources.ts';

/** Passes a routed request to an interceptor. Downloads, and paths that no dialect owns, are not intercepted. */
export async function interceptRequest(
  interceptor: Interceptor | undefined,
  clock: Clock,
  incoming: IncomingRequest,
  { loaded, head }: RoutedRequest,
  asked: Pick<InterceptedCall, 'authenticate' | 'authorize'>,
  { onEnd }: RequestResources,
): Promise<Interception> {
  if (!interceptor || !loaded) return undefined;
  const { body } = incoming;
  const { request, response } = body;
  const gone = new AbortController();
  const leave = () => {
    if (!response.writableFinished) gone.abort(new ClientGone());
  };
  // The signal of a client that has left already does not fire again.
  if (response.destroyed || request.socket.destroyed) leave();
  else response.once('close', leave);
  return interceptor.intercept({
    loaded,
    ...(head.operationId !== undefined && { operationId: head.operationId }),
    ...asked,
    context: buildRequestContext(clock, incoming, head, loaded),
    client: incoming.origin,
    signal: AbortSignal.any([gone.signal, body.signal]),
    target: originForm(request.url ?? '/'),
    request,
    hasBody: body.expected,
    openBody: () => (body.expected ? body.open() : undefined),
    tapBody: body.tap,
    onEnd,
    response,
  });
}
