import type { Socket } from 'node:net';
import type { ClientOrigin } from './client-origin.ts';

/**
 * The address under which the caller reached the gateway: the settings' `publicUrl`, else the host that the Host
 * header or a trusted proxy names, else the socket's own address. A malformed host is not copied into signed
 * links.
 */
export function baseUrlOf(
  { scheme, host }: ClientOrigin,
  { localAddress = '127.0.0.1', localPort = 80 }: Pick<Socket, 'localAddress' | 'localPort'>,
  publicUrl: string | undefined,
): string {
  if (publicUrl !== undefined) return publicUrl.replace(/(?<!\/)\/+$/, '');
  if (host !== undefined && HOST.test(host)) return `${scheme}://${host}`;
  return `${scheme}://${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;
