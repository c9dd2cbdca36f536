import type { CommandExecutor } from './command-executor.ts';
import type { Exchange } from './exchange.ts';
import type { Principal } from './principal.ts';
import type { Problem } from './problem.ts';
import type { UpstreamHead } from './upstream-head.ts';
import type { WireRequestHead } from './wire.ts';

/**
 * The exchange itself, untranslated, for whoever takes it over. Nothing of the body has been read and nothing of the answer
 * has been written.
 */
export interface RawExchange {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** Names and values in turn, in the spelling and order of the wire. */
  readonly rawHeaders: readonly string[];
  /** The body as it arrives; the gateway's own limits on silence and size hold for it no longer. */
  readonly body: NodeJS.ReadableStream & { destroy(error?: Error): unknown };
  /**
   * Begins the answer with exactly these headers, none added (Node's own `Date` and `Connection` excepted). The stream must be ended or
   * destroyed; destroying it cuts the connection.
   */
  answer(head: UpstreamHead): NodeJS.WritableStream & { destroy(error?: Error): unknown };
  /** Aborted when the connection is gone before the answer was ended. */
  readonly gone: AbortSignal;
}

/** An exchange that has been routed and whose credential has been looked at; its rate has not been counted yet. */
export interface ArrivedExchange {
  /** Whose mount the path lies under. */
  readonly dialect: string;
  /** Without `operationId` where no operation matched. */
  readonly head: WireRequestHead;
  readonly exchange: Exchange<object>;
  /** The proved credential. */
  readonly principal?: Principal;
  /**
   * What the gateway would answer at this point on its own: unknown route, wrong method, refused credential. It is answered with
   * this problem unless the interceptor takes the exchange over.
   */
  readonly problem?: Problem;
  readonly raw: RawExchange;
}

/** What becomes of an exchange. */
export type Interception =
  /** The gateway goes on as always, with another executor where there is one. */
  | {
      readonly kind: 'proceed';
      readonly executor?: CommandExecutor;
      /** Do not count this exchange against anybody's rate. */
      readonly unmetered?: boolean;
      /**
       * Asked once the operation has been written (or its problem rendered), before anything is sent: an answer that goes out in its place,
       * byte for byte.
       */
      answer?(): WholeAnswer | undefined;
      /** Headers on top of the answer's own, asked at the same moment. */
      headers?(): Readonly<Record<string, string>>;
      /** For the request's log line, asked when it is written. */
      logFields?(): Readonly<Record<string, string>>;
    }
  /** It was answered, whole or cut off; the gateway only logs it. */
  | {
      readonly kind: 'taken';
      readonly status: number;
      readonly logFields?: Readonly<Record<string, string>>;
    };

/** An answer at hand. */
export interface WholeAnswer extends UpstreamHead {
  readonly body: Uint8Array;
}

/**
 * Stands between the gateway's routing and its own work; the migration shim is one. Absent from a gateway, every exchange
 * proceeds.
 */
export interface ExchangeInterceptor {
  /**
   * Called for every exchange under a dialect's mount. Resolves once it is decided, or, for an exchange that was taken over, once its
   * answer has ended. A `ProblemError` is rendered by the dialect.
   */
  intercept(arrived: ArrivedExchange): Promise<Interception>;
}
