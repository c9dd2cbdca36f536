import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Connections above the limit. */
export interface SurplusConnections {
  has(socket: Duplex): boolean;
}

/** How many connections above the limit are open at once; the oldest makes room for the newest. */
const MOST_SURPLUS = 16;

/**
 * Accepts a few connections above `maxConnections`, so that health checks are answered when clients hold all
 * the others. A client cannot hold one of them for long, because the oldest is closed when another one comes.
 */
export function watchSurplusConnections(server: Server, maxConnections: number): SurplusConnections {
  const surplus = new Set<Duplex>();
  let open = 0;
  server.on('connection', (socket) => {
    if (open >= maxConnections) {
      surplus.add(socket);
      const [oldest] = surplus;
      if (surplus.size > MOST_SURPLUS) oldest?.destroy();
    } else {
      open += 1;
    }
    socket.once('close', () => {
      if (!surplus.delete(socket)) open -= 1;
    });
  });
  return { has: (socket) => surplus.has(socket) };
}
