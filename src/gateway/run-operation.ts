import type {
  CommandContext,
  CommandExecutor,
  CommandKind,
  Exchange,
  Json,
  OpenedSubject,
  Operation,
  Principal,
  Upload,
  WireRequest,
  WireResponse,
} from '../domain/index.ts';
import type { LoadedDialect } from './dialect-registry.ts';

/** Everything about a request that its operation is given. */
export interface PreparedCall {
  readonly loaded: LoadedDialect;
  readonly exchange: Exchange<object>;
  readonly principal?: Principal;
  readonly opened?: OpenedSubject;
  readonly uploads: readonly Upload[];
  readonly json?: Json;
}

/** Request → command → outcome → answer: steps five to seven of an exchange. */
export async function runOperation<K extends CommandKind>(
  operation: Operation<object, K>,
  executor: CommandExecutor,
  call: PreparedCall,
): Promise<WireResponse> {
  const { loaded, exchange, principal, opened, uploads, json } = call;
  const { dialect } = loaded;
  const setting = { options: exchange.options, profile: exchange.profile };
  const request: WireRequest = { ...exchange.request, uploads, ...(json !== undefined && { json }) };
  const command = operation.read(request, exchange);
  const links = operation.links?.(setting);
  const context: CommandContext = {
    dialect: dialect.name,
    ...(principal && { principal }),
    intake: dialect.intake(setting),
    rendition: dialect.rendition(setting),
    ...(links && { links }),
    baseUrl: exchange.baseUrl,
    ...(opened && { opened }),
  };
  const outcome = await executor.execute<K>(command, context);
  return operation.write(outcome, exchange);
}
