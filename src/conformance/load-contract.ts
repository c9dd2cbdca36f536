import type { JsonObject, WireProfile } from '../domain/index.ts';
import { type LoadedDialect, loadDialects } from '../gateway/dialect-registry.ts';
import type { ConformanceTarget } from './conformance-case.ts';
import { createKitContract, type KitContract } from './kit-contract.ts';

/** Which server claims to speak which dialect. */
export interface ContractOf extends Partial<Omit<ConformanceTarget, 'url'>> {
  /** A built-in dialect's name, or the name of the one in `folder`. */
  readonly dialect: string;
  /** Where the dialect's paths begin, without a trailing slash. */
  readonly url: string;
  /** The subject's id. It is the value of the one path parameter that names the subject. */
  readonly subject?: string;
  /** Default: `documented`. */
  readonly profile?: WireProfile;
  /** The dialect's options, where the server's limits are not the usual ones. */
  readonly options?: JsonObject;
  /** Folder of a dialect that is not built in, and its document. */
  readonly folder?: string;
  readonly document?: string;
}

/**
 * Loads a dialect as the contract of a server. Throws where the dialect does not exist or its options are not
 * valid.
 */
export async function loadContract({
  dialect,
  url,
  profile = 'documented',
  options = {},
  folder,
  document,
  subject,
  params = {},
  ...target
}: ContractOf): Promise<KitContract> {
  const own = {
    profile,
    options,
    ...(folder === undefined ? {} : { folder }),
    ...(document === undefined ? {} : { document }),
  };
  const [loaded] = await loadDialects({ dialects: { [dialect]: own }, tenants: [] });
  if (!loaded) throw new Error(`there is no dialect ${dialect}`);
  return createKitContract(loaded, loaded.setting(), {
    headers: {},
    bodies: {},
    ...target,
    params: { ...(subject === undefined ? {} : { [subjectParameter(loaded)]: subject }), ...params },
    url: url.replace(/(?<!\/)\/+$/, ''),
  });
}

/** The first path parameter of an operation that concerns a person. */
function subjectParameter({ dialect, operations }: LoadedDialect): string {
  for (const { operationId, parameters } of operations) {
    if (!dialect.operations[operationId]?.subject) continue;
    const parameter = parameters.find(({ in: where }) => where === 'path');
    if (parameter) return parameter.name;
  }
  throw new Error(`${dialect.name} names its subject in no path: the credential decides whose picture it is`);
}
