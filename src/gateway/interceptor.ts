import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { CommandExecutor, Principal, RequestContext } from '../domain/index.ts';
import type { LoadedDialect } from './dialect-registry.ts';
import type { TapBody } from './intake/incoming-body.ts';
import type { ClientOrigin } from './requests/client-origin.ts';

/** A request on its way, before its body is read. */
export interface InterceptedCall {
  readonly loaded: LoadedDialect;
  /** Absent for paths and methods that the dialect's document does not name. */
  readonly operationId?: string;
  /**
   * Authenticates the caller; further calls give the same result. `undefined` for public operations. Throws a
   * `ProblemError` for a bad credential. An interceptor that lets the gateway go on with the call need not
   * ask.
   */
  authenticate(): Promise<Principal | undefined>;
  readonly context: RequestContext<object>;
  /** Where the request comes from, and which host the client asked for. */
  readonly client: ClientOrigin;
  /**
   * Aborts, with the reason, when the client leaves or its body breaks off: by FIN, reset, silence or bytes
   * that cannot be parsed.
   */
  readonly signal: AbortSignal;
  /**
   * Makes all the checks that the gateway makes before it reads a body: credential, rate, scopes, parameters.
   * Throws a `ProblemError` where one of them refuses; `undefined` for public operations. An interceptor that
   * forwards the call with another credential than the caller's must call this.
   */
  authorize(): Promise<Principal | undefined>;
  /** Path and query as sent. */
  readonly target: string;
  /** The raw request, for its head. */
  readonly request: IncomingMessage;
  /** Whether the head announces a body. */
  readonly hasBody: boolean;
  /** Opens the body, once, and tells a careful client to send it; `undefined` where none was announced. */
  openBody(): Readable | undefined;
  /**
   * Passes each piece of the body to `onChunk`, no matter which part opens the body. A promise holds the
   * sender back.
   */
  tapBody(onChunk: TapBody): void;
  /** Calls `act` when the request has been decided, however that ends. */
  onEnd(act: () => void | Promise<void>): void;
  /** The raw response. Touch it only to take the request over. */
  readonly response: ServerResponse;
}

/**
 * What happens to an intercepted call. `'taken'`: the interceptor has read the request and ended the response
 * itself. An executor: the gateway goes on, and gives it the commands instead. `undefined`: nothing changes.
 */
export type Interception = 'taken' | InterceptedProceeding | undefined;

/** An intercepted call that the gateway carries on with changes. */
export interface InterceptedProceeding {
  readonly executor: CommandExecutor;
  /** Headers to add to the answer's own; called when the command has been carried out. */
  headers?(): Readonly<Record<string, string>>;
  /**
   * Called when the response has been decided. `true` where the interceptor has sent another response
   * instead.
   */
  replaceResponse?(decided: { readonly status: number }): Promise<boolean>;
}

/**
 * Stands between the gateway and its executor. The migration shim is one. It is called once per request,
 * after the route and the method and before credential, rate, scopes, parameters and body. It is also called
 * for paths that a dialect owns but does not document. An error that it throws is answered in the dialect,
 * unless its own response has begun already.
 */
export interface Interceptor {
  intercept(call: InterceptedCall): Promise<Interception>;
}
/**
 * Asks one interceptor after the other; the first that acts decides. `undefined` where there are no
 * interceptors.
 */
export function inSequence(interceptors: readonly Interceptor[]): Interceptor | undefined {
  const [only] = interceptors;
  if (interceptors.length <= 1) return only;
  return {
    async intercept(call) {
      for (const interceptor of interceptors) {
        const interception = await interceptor.intercept(call);
        if (interception !== undefined) return interception;
      }
      return undefined;
    },
  };
}
