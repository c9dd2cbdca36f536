import type { KitAnswer } from './kit-client.ts';
import type { KitContract } from './kit-contract.ts';

/**
 * The document's description of an operation's answer with this status, and its place. `undefined` for
 * requests outside of any operation.
 */
export function describeDocument(
  { loaded, setting }: KitContract,
  operationId: string,
  { status }: KitAnswer,
): string | undefined {
  const found = loaded.operations.find((one) => one.operationId === operationId);
  if (!found) return undefined;
  const { template, publishedAs, method } = found;
  const responses = loaded.documentOf(setting.profile).paths?.[template]?.[method]?.responses ?? {};
  const place = `#/paths/${publishedAs.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}/responses`;
  const key = String(status) in responses ? String(status) : 'default';
  const response = responses[key];
  const head = `${method.toUpperCase()} ${publishedAs}`;
  if (!response || '$ref' in response)
    return `${head} answers ${Object.keys(responses).join(', ')} (${place})`;
  const types = Object.keys(response.content ?? {}).join(' or ') || 'no body';
  return `${head} answers ${key} with ${types}: ${response.description} (${place}/${key})`;
}
