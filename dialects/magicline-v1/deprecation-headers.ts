import type { RequestContext } from '../../src/domain/index.ts';
import type { MagiclineOptions } from './options.ts';

/**
 * The headers `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link` of the deprecated update, where the
 * settings name them.
 */
export function deprecationHeaders({
  options,
  request,
}: RequestContext<MagiclineOptions>): Readonly<Record<string, string>> {
  if (request.operationId !== 'updateImage') return {};
  const { deprecatedSince, sunsetAt, successor } = options;
  return {
    ...(deprecatedSince === undefined
      ? {}
      : { Deprecation: `@${Math.floor(Date.parse(deprecatedSince) / 1000)}` }),
    ...(sunsetAt === undefined ? {} : { Sunset: new Date(sunsetAt).toUTCString() }),
    ...(successor === undefined ? {} : { Link: `<${successor}>; rel="successor-version"` }),
  };
}
