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

/** The facts of a request that a dialect may know at this moment. */
export function requestContext(
  clock: Clock,
  { requestId, traceId, baseUrl }: Pick<IncomingRequest, 'requestId' | 'traceId' | 'baseUrl'>,
  request: WireRequestHead,
  loaded: LoadedDialect | undefined,
  principal?: Principal,
): RequestContext<object> {
  const setting = loaded?.setting(principal?.tenant) ?? NO_SETTING;
  return {
    requestId,
    traceId,
    nowMs: clock.nowMs(),
    ...setting,
    profile: loaded?.profileOfClient?.(request) ?? setting.profile,
    baseUrl,
    request,
    ...(principal && { principal }),
  };
}
