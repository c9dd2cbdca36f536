import express, { type RequestHandler, Router } from 'express';

/** The operators' console under `/console`, as the build made it from `app`. Calls `next` for every other path. */
export function createConsolePages(folder: string): RequestHandler {
  const router = Router({ strict: true });
  router.get(['/', '/console'], (_request, response) => response.redirect(307, '/console/'));
  router.use(
    '/console/',
    // The names of scripts and styles change with their content; the page itself does not.
    express.static(folder, {
      fallthrough: true,
      redirect: false,
      setHeaders: (response, path) => {
        response.setHeader('Cache-Control', path.endsWith('.html') ? 'no-cache' : 'public, max-age=86400');
      },
    }),
  );
  return router;
}
