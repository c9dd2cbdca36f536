import type { AnyOperation, CommandContext, Dialect, RequestContext } from '../../domain/index.ts';

/** The facts of a request that the executor needs beside its command. */
export function commandContext(
  dialect: Dialect,
  { links }: Pick<AnyOperation<object>, 'links'>,
  context: RequestContext<object>,
): CommandContext {
  const { principal, baseUrl } = context;
  const printed = links?.(context);
  return {
    dialect: dialect.name,
    ...(principal && { principal }),
    intake: dialect.intake(context),
    rendition: dialect.rendition(context),
    ...(printed && { links: printed }),
    baseUrl,
  };
}
