import { isIPv6 } from 'node:net';
import type { Principal, RatePolicy } from '../../domain/index.ts';
import { plainAddress } from '../../settings/address-ranges.ts';

/** Names the budget that a call is taken from. No id can make two names equal. */
export function windowKey(
  { tenant, dialect, credentialId }: Principal,
  { per }: RatePolicy,
  operationId: string,
): string {
  const owner = [tenant, dialect, credentialId];
  return (per === 'endpoint' ? [...owner, operationId] : owner).map(encodeURIComponent).join('/');
}

/** The budget of a public operation. Clients that cannot be told apart share one. */
export function anonymousKey(address: string | undefined, dialect: string, operationId: string): string {
  return ['address', networkOf(address ?? ''), dialect, operationId].map(encodeURIComponent).join('/');
}

/** An IPv6 client can choose from all the addresses of its network of 64 bits, so these count as one. */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const omitted = Array.from(
    { length: tail === undefined ? 0 : 8 - groups.length - behind.length },
    () => '0',
  );
  return [...groups, ...omitted, ...behind].slice(0, 4).join(':');
}
