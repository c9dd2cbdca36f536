import { once } from 'node:events';
import { connect } from 'node:net';

/** Longest wait for a connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Throws one line where nothing listens at an address: no case could say more. */
export async function requireReachable(url: string): Promise<void> {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect(Number(port) || (protocol === 'https:' ? 443 : 80), host);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
  } catch (cause) {
    const reason = Error.isError(cause) && 'code' in cause ? String(cause.code) : String(cause);
    throw new Error(`${url} cannot be reached: ${reason}`, { cause });
  } finally {
    socket.destroy();
  }
}
