import { type RequestHandler, Router } from 'express';

/** `/healthz`: the process answers. `/readyz`: it should get traffic. Neither reveals people or settings. */
export function createHealthPages(parts: {
  readonly ready: () => Promise<void>;
  readonly isStopping: () => boolean;
}): RequestHandler {
  const pages = Router();
  pages.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  pages.get('/readyz', async (_request, response) => {
    const status = parts.isStopping() ? 'stopping' : await readiness(parts.ready);
    response.status(status === 'ready' ? 200 : 503).json({ status });
  });
  return pages;
}

async function readiness(ready: () => Promise<void>): Promise<'ready' | 'unavailable'> {
  try {
    await ready();
    return 'ready';
  } catch {
    // The part that is not ready logs the reason. A load balancer needs only the status.
    return 'unavailable';
  }
}
