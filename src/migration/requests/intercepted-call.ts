import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type {
  CommandExecutor,
  Dialect,
  DialectSetting,
  JsonObject,
  Principal,
  RequestContext,
} from '../../domain/index.ts';

/** A dialect as the gateway loaded it: the parts that the migration needs. */
export interface LoadedDialectForMigration {
  readonly dialect: Dialect;
  /** Dereferenced. */
  readonly operations: readonly {
    readonly operationId: string;
    readonly operation: { readonly responses?: JsonObject | object };
  }[];
  setting(tenantId?: string): DialectSetting<object>;
}

/** A request on its way, before credential and body; the gateway's `InterceptedCall`. */
export interface MigrationCall {
  readonly loaded: { readonly dialect: Dialect };
  readonly operationId?: string;
  authenticate(): Promise<Principal | undefined>;
  readonly context: RequestContext<object>;
  readonly client: { readonly address?: string; readonly host?: string };
  readonly signal: AbortSignal;
  authorize(): Promise<Principal | undefined>;
  readonly target: string;
  readonly request: IncomingMessage;
  readonly hasBody: boolean;
  openBody(): Readable | undefined;
  tapBody(onChunk: (chunk: Buffer) => Promise<unknown> | undefined): void;
  onEnd(act: () => void | Promise<void>): void;
  readonly response: ServerResponse;
}

/** The parts of a client's request that are sent on. */
export type ForwardedCall = Pick<MigrationCall, 'request' | 'target' | 'client'> & {
  readonly context: Pick<RequestContext<object>, 'baseUrl'>;
};

/** Who answers the request, and how; the gateway's `Interception`. */
export type MigrationInterception =
  | 'taken'
  | {
      readonly executor: CommandExecutor;
      headers?(): Readonly<Record<string, string>>;
      replaceResponse?(decided: { readonly status: number }): Promise<boolean>;
    }
  | undefined;
