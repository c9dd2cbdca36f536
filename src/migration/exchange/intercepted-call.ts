import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  CommandExecutor,
  Dialect,
  DialectSetting,
  Exchange,
  JsonObject,
  Principal,
} from '../../domain/index.ts';

/** A dialect as the gateway loaded it; what the migration needs of it. */
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
  readonly exchange: Exchange<object>;
  readonly signal: AbortSignal;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What becomes of it; the gateway's `Interception`. */
export type MigrationInterception =
  | 'taken'
  | {
      readonly executor: CommandExecutor;
      readonly unmetered?: boolean;
      headers?(): Readonly<Record<string, string>>;
    }
  | undefined;
