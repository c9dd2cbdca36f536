import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type RequestHandler, Router } from 'express';
import { type DocsDialect, dialectPage, indexPage, startPage } from './docs-html.ts';
import { initializerScript } from './docs-initializer.ts';

/**
 * The pages request nothing from other hosts and hold no inline script. Swagger UI sets styles on its elements
 * and embeds its icons as data addresses. Uploaded pictures are shown from blobs.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Files of swagger-ui-dist that the pages load. No other file of it is served. */
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

/**
 * The documentation: `/` says what this is, `/docs` lists the dialects, `/docs/<name>` lets a visitor try
 * one. Calls `next` for every other path. `guide`: how the demo's person is read in each dialect; absent
 * where this is no demo.
 */
export function createDocsPages(dialects: readonly DocsDialect[], guide?: object): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true });
  const assets = express.static(
    dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')),
    {
      index: false,
      maxAge: '1h',
    },
  );

  router.get('/', (request, response) => {
    sendPage(response, startPage(dialects, `${request.protocol}://${request.host}`));
  });
  router.get('/docs', (_request, response) => sendPage(response, indexPage(dialects)));
  router.get('/docs/', (_request, response) => response.redirect(308, '/docs'));
  router.get('/docs/initializer.js', (_request, response) => {
    response.type('text/javascript').set('Cache-Control', 'no-cache').send(initializerScript);
  });
  if (guide) router.get('/docs/guide.json', (_request, response) => response.json(guide));
  router.get('/docs/assets/:file', (request, response, next) => {
    if (!ASSETS.includes(request.params.file)) return next();
    request.url = `/${request.params.file}`;
    return assets(request, response, next);
  });
  router.get('/docs/:name', (request, response, next) => {
    const dialect = dialects.find(({ name }) => name === request.params.name);
    if (dialect) sendPage(response, dialectPage(dialect, dialects));
    else next();
  });
  return router;
}

function sendPage(response: Parameters<RequestHandler>[1], html: string): void {
  response
    .set({
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-cache',
    })
    .type('html')
    .send(html);
}
