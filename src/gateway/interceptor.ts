import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CommandExecutor, Exchange, Principal } from '../domain/index.ts';
import type { LoadedDialect } from './dialect-registry.ts';

/** A request on its way, before its body is read. */
export interface InterceptedCall {
  readonly loaded: LoadedDialect;
  /** Absent for paths and methods that the dialect's document does not name. */
  readonly operationId?: string;
  /**
   * Proves the credential, once however often it is asked: `undefined` for public operations, else a `ProblemError` where it is not good.
   * Whoever passes the call on need not ask.
   */
  authenticate(): Promise<Principal | undefined>;
  readonly exchange: Exchange<object>;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** The raw exchange. Touch it only to take it over. */
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * What becomes of an intercepted call. `'taken'`: the interceptor has read the request and ended the response itself.
 * An executor: the gateway goes on, and gives it the commands instead. `undefined`: nothing changes.
 */
export type Interception = 'taken' | InterceptedProceeding | undefined;

/** A call that goes on, changed. */
export interface InterceptedProceeding {
  readonly executor: CommandExecutor;
  /** This very request was counted before: it costs nobody's rate. */
  readonly unmetered?: boolean;
  /** Headers on top of the answer's own, asked when the command has been carried out. */
  headers?(): Readonly<Record<string, string>>;
}

/**
 * Stands between the gateway and its executor. The migration shim is one. Called once per request, after the route and the method,
 * before credential, rate, scopes, parameters and body; and for paths that a dialect owns but does not document. What it throws
 * is answered in the dialect, unless it has begun to answer already.
 */
export interface Interceptor {
  intercept(call: InterceptedCall): Promise<Interception>;
}
