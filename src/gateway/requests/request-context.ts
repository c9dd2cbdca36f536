import type {
  Clock,
  DialectSetting,
  Principal,
  RequestContext,
  WireRequestHead,
} from '../../domain/index.ts';
import type { LoadedDialect } from '../dialect-registry.ts';
import type { IncomingRequest } from './incoming-request.ts';

/** The settings for requests outside of any dialect. */
const NO_SETTING: DialectSetting<object> = { profile: 'documented', options: {} };

/** The facts of a request that a dialect may know, before or after its caller is authenticated. */
export function buildRequestContext(
  clock: Clock,
  { requestId, traceId, baseUrl }: Pick<IncomingRequest, 'requestId' | 'traceId' | 'baseUrl'>,
  request: WireRequestHead,
  dialect: LoadedDialect | undefined,
  principal?: Principal,
): RequestContext<object> {
  const setting = dialect?.setting(principal?.tenant) ?? NO_SETTING;
  return {
    requestId,
    traceId,
    nowMs: clock.nowMs(),
    ...setting,
    profile: dialect?.profileOfClient?.(request) ?? setting.profile,
    baseUrl,
    request,
    ...(principal && { principal }),
  };
}
