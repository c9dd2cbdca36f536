import { readFileSync } from 'node:fs';
// Imported as the default export: a named import that an older Node.js lacks would end the process before it can
// say which version it needs.
import nodeModule from 'node:module';
import { extname } from 'node:path';
import { type RequestHandler, Router } from 'express';
import { INBOX_ICON, INBOX_PAGE } from './inbox-html.ts';
import { INBOX_STYLE } from './inbox-style.ts';

/** The page loads nothing from other sites, has no inline scripts or styles, and cannot be framed. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** The scripts for the browser. The first one loads the others. */
const SCRIPTS = ['inbox-client', 'inbox-details', 'inbox-elements'];

/** The page of the inbox and its files; mounted at the sandbox's prefix. */
export function createInboxPage(): RequestHandler {
  const page = Router();
  const scripts = new Map<string, string>();
  const scriptOf = (name: string): string => {
    const script = scripts.get(name) ?? readScript(name);
    scripts.set(name, script);
    return script;
  };
  const files: Readonly<Record<string, readonly [type: string, content: () => string]>> = {
    '/': ['html', () => INBOX_PAGE],
    '/inbox.css': ['css', () => INBOX_STYLE],
    '/inbox.svg': ['svg', () => INBOX_ICON],
    ...Object.fromEntries(SCRIPTS.map((name) => [`/${name}.js`, ['js', () => scriptOf(name)] as const])),
  };
  page.use((request, response, next) => {
    const found = request.method === 'GET' ? files[request.path] : undefined;
    if (!found) return next();
    response
      .set({
        'Content-Security-Policy': CONTENT_SECURITY_POLICY,
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
      })
      .type(found[0])
      .send(found[1]());
  });
  return page;
}

/**
 * Reads a script for the browser. A build has it compiled; when run from the sources, its types are stripped
 * here.
 */
function readScript(name: string): string {
  const extension = extname(import.meta.url);
  const source = readFileSync(new URL(`./${name}${extension}`, import.meta.url), 'utf8');
  return extension === '.ts'
    ? nodeModule.stripTypeScriptTypes(source).replaceAll(/(from '\.\/[a-z-]+)\.ts'/g, "$1.js'")
    : source;
}
