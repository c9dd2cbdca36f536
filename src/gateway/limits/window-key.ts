import type { Principal, RatePolicy } from '../../domain/index.ts';

/** Names the budget that a call is taken from. Unambiguous whatever the ids contain. */
export function windowKey(
  { tenant, dialect, credentialId }: Principal,
  { per }: RatePolicy,
  operationId: string,
): string {
  const owner = [tenant, dialect, credentialId];
  return (per === 'endpoint' ? [...owner, operationId] : owner).map(encodeURIComponent).join('/');
}
