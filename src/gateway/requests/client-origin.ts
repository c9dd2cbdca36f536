import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { plainAddress, readAddressRanges } from '../../settings/address-ranges.ts';

/** Where a request comes from and how its client addressed the gateway, as far as the sources are trusted. */
export interface ClientOrigin {
  /** Absent for requests without a connection. */
  readonly address?: string;
  readonly scheme: 'http' | 'https';
  /** As in a Host header. */
  readonly host?: string;
}

/** Finds out where a request comes from. */
export type OriginReader = (request: IncomingMessage) => ClientOrigin;

/**
 * Believes `X-Forwarded-For`, `-Proto` and `-Host` only where the connection comes from one of the settings'
 * `trustedProxies`. Each proxy adds the address of its own caller on the right. So the client is the first
 * address from the right that is not a trusted proxy. The client may have forged the addresses left of it.
 */
export function createOriginReader(trustedProxies: readonly string[]): OriginReader {
  const isTrusted = readAddressRanges(trustedProxies);
  return (request) => {
    const { remoteAddress } = request.socket;
    const direct: ClientOrigin = {
      scheme: 'http',
      ...(remoteAddress !== undefined && { address: plainAddress(remoteAddress) }),
      ...(request.headers.host !== undefined && { host: request.headers.host }),
    };
    if (direct.address === undefined || !isTrusted(direct.address)) return direct;
    const { address, proxies } = findClient(direct.address, listOf(request, 'x-forwarded-for'), isTrusted);
    // A proxy either adds to each of the lists, or replaces them and leaves one value.
    const valueFor = (name: string): string | undefined => {
      const values = listOf(request, name);
      return values.at(-Math.min(proxies, values.length));
    };
    const scheme = valueFor('x-forwarded-proto')?.toLowerCase();
    const host = valueFor('x-forwarded-host');
    return {
      ...direct,
      address,
      ...((scheme === 'http' || scheme === 'https') && { scheme }),
      ...(host !== undefined && { host }),
    };
  };
}

/** The client, and how many trusted proxies it is behind. */
function findClient(
  proxy: string,
  hops: readonly string[],
  isTrusted: (address: string) => boolean,
): { readonly address: string; readonly proxies: number } {
  let address = proxy;
  let proxies = 1;
  for (const hop of hops.toReversed()) {
    const found = addressIn(hop);
    // Where a proxy does not name its caller, the proxy itself is the last known address.
    if (found === undefined) break;
    address = found;
    if (!isTrusted(found)) break;
    proxies += 1;
  }
  return { address, proxies };
}

/** The address of a hop, which some proxies write with a port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function addressIn(hop: string): string | undefined {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
  const address = plainAddress(bare);
  return isIP(address) === 0 ? undefined : address;
}

function listOf({ headersDistinct }: IncomingMessage, name: string): string[] {
  return (headersDistinct[name] ?? [])
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}
