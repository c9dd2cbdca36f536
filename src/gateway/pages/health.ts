import { type RequestHandler, Router } from 'express';
import type { Registry } from 'prom-client';

/**
 * `/healthz`: the process answers. `/readyz`: it should get traffic. `/metrics`: Prometheus. None of them says anything of people or
 * settings.
 */
export function createHealthPages(parts: {
  readonly ready: () => Promise<void>;
  readonly isStopping: () => boolean;
  readonly registry: Registry;
}): RequestHandler {
  const pages = Router();
  pages.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  pages.get('/readyz', async (_request, response) => {
    const status = parts.isStopping() ? 'stopping' : await readiness(parts.ready);
    response.status(status === 'ready' ? 200 : 503).json({ status });
  });
  pages.get('/metrics', async (_request, response) => {
    response.type(parts.registry.contentType).send(await parts.registry.metrics());
  });
  return pages;
}

async function readiness(ready: () => Promise<void>): Promise<'ready' | 'unavailable'> {
  try {
    await ready();
    return 'ready';
  } catch {
    // The part that is not ready logs why; a load balancer only asks whether.
    return 'unavailable';
  }
}
