import { isIPv6 } from 'node:net';
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

/** The budget of a public operation. Whoever cannot be told apart shares one. */
export function strangerKey(address: string | undefined, dialect: string, operationId: string): string {
  return ['address', networkOf(address ?? ''), dialect, operationId].map(encodeURIComponent).join('/');
}

/** An IPv6 client has all the addresses of its network of 64 bits to choose from: these count as one. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const omitted = Array.from(
    { length: tail === undefined ? 0 : 8 - groups.length - behind.length },
    () => '0',
  );
  return [...groups, ...omitted, ...behind].slice(0, 4).join(':');
}
