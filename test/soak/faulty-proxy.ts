import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy of connections between a gateway and its backend, which now and then does not do its work. */
export interface FaultyProxy {
  readonly url: string;
  /** How many connections from the gateway are open. */
  connections(): number;
  stop(): Promise<void>;
}

const FAULTS = ['cut', 'reset', 'stall', 'rubbish'] as const;

/** How long a connection that stalls stays open; longer than the gateway waits. */
const STALL_MS = 20_000;

/** Starts a proxy that spoils a share of all responses: cut off, reset, stalled for good, or replaced by what is no HTTP. */
export async function startFaultyProxy(target: string, share: number): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const server = createServer((near) => {
    let spoiled = false;
    const far = connect({ host: hostname, port: Number(port) });
    open.add(near);
    near.on('close', () => {
      open.delete(near);
      far.destroy();
    });
    far.on('close', () => {
      if (!spoiled) near.destroy();
    });
    near.on('error', () => {});
    far.on('error', () => {});
    near.pipe(far);
    far.on('data', (bytes: Buffer) => {
      if (near.destroyed) return;
      if (Math.random() >= share) {
        near.write(bytes);
        return;
      }
      spoiled = true;
      spoil(near, bytes);
      far.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    connections: () => open.size,
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function spoil(near: Socket, bytes: Buffer): void {
  switch (FAULTS[Math.floor(Math.random() * FAULTS.length)]) {
    case 'cut':
      near.end(bytes.subarray(0, bytes.length / 2));
      return;
    case 'reset':
      near.resetAndDestroy();
      return;
    case 'stall':
      near.write(bytes.subarray(0, 10));
      setTimeout(() => near.destroy(), STALL_MS).unref();
      return;
    default:
      near.end('HTTP/1.1 what? this is no response\r\n\r\n');
  }
}
