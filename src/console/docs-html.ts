import { pageStyle } from './page-style.ts';

/** A credential that is public. */
export interface OfferedCredential {
  readonly label: string;
  readonly username?: string;
  readonly password?: string;
  readonly value?: string;
}

/** What the pages show of a dialect. */
export interface DocsDialect {
  readonly name: string;
  readonly title: string;
  readonly profile: string;
  /** How many of its operations are deprecated. */
  readonly deprecated: number;
  /** Only in a demo: the credentials that a visitor may use. */
  readonly demo?: {
    readonly curl?: string;
    readonly credentials: readonly OfferedCredential[];
  };
}

/** `/`: what this server is, with links to the other pages. It belongs to no dialect. */
export function startPage(dialects: readonly DocsDialect[], url: string): string {
  const curls = dialects.flatMap(({ title, demo }) =>
    demo?.curl === undefined
      ? []
      : [
          `<h3>${escape(title)}</h3><pre class="terminal"><code>${escape(demo.curl.replaceAll('{url}', url))}</code></pre>`,
        ],
  );
  return page(
    'Polyface',
    'start',
    dialects,
    `<header class="hero"><div class="hero-inner">
<h1>One picture of a person. Every API that asks for it.</h1>
<p>This is Polyface, a gateway for profile images. Clients keep speaking the API that they were built for; the pictures live in one store, and what is
uploaded through one API is read through every other.</p>
</div></header>
<main class="content">
<h2>APIs that are spoken here</h2>
${dialectCards(dialects)}
${curls.length > 0 ? `<h2>Upload from a terminal</h2>${curls.join('\n')}` : ''}
</main>`,
  );
}

/** The list of dialects. */
export function indexPage(dialects: readonly DocsDialect[]): string {
  return page(
    'Documentation · Polyface',
    'docs',
    dialects,
    `<main class="content">
<h1>Documentation</h1>
<p>Open an API to read its operations and to try them here.</p>
${dialectCards(dialects)}
</main>`,
  );
}

/** The page on which a visitor tries a dialect. */
export function dialectPage(dialect: DocsDialect, dialects: readonly DocsDialect[]): string {
  const { name, title, demo } = dialect;
  const buttons = (demo?.credentials ?? []).map(
    ({ label, username, password, value }) =>
      `<button type="button" data-username="${escape(username ?? '')}" data-password="${escape(password ?? '')}" data-value="${escape(value ?? '')}">${escape(label)}</button>`,
  );
  const offer =
    buttons.length === 0
      ? ''
      : `<div class="try" id="credentials"><span>This is a demo. Sign in as</span>${buttons.join('')}</div>
<section class="faces" id="faces" aria-live="polite" hidden><h2>Ada's picture, as each API shows it now</h2><ul></ul></section>`;
  return page(
    `${title} · Polyface`,
    name,
    dialects,
    `<main class="content">
${offer}
<div id="swagger-ui" data-document="/openapi/${escape(name)}.json"></div>
</main>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/initializer.js"></script>`,
  );
}

function dialectCards(dialects: readonly DocsDialect[]): string {
  const cards = dialects.map(
    ({ name, title, profile, deprecated }) => `<li class="card">
<h3><a href="/docs/${escape(name)}">${escape(title)}</a></h3>
<p>${escape(name)} <span class="tag">${escape(profile)}</span> ${deprecated > 0 ? `<span class="tag deprecated">${deprecated} deprecated</span>` : ''}</p>
<p class="links"><a href="/docs/${escape(name)}">Try it</a> <a href="/openapi/${escape(name)}.yaml">OpenAPI (YAML)</a> <a href="/openapi/${escape(name)}.json">JSON</a></p>
</li>`,
  );
  return `<ul class="cards">${cards.join('\n')}</ul>`;
}

const ICON =
  '<svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true"><path d="M16 1.5 28.6 8.75v14.5L16 30.5 3.4 23.25V8.75Z" fill="#5b6cff"/><circle cx="16" cy="13" r="4.6" fill="#fff"/><path d="M7.6 23.4c1.5-3.9 4.7-5.6 8.4-5.6s6.9 1.7 8.4 5.6L16 28Z" fill="#fff"/></svg>';

function page(title: string, open: string, dialects: readonly DocsDialect[], body: string): string {
  const links = dialects.map(
    ({ name }) =>
      `<a href="/docs/${escape(name)}"${open === name ? ' aria-current="page"' : ''}>${escape(name)}</a>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<style>${pageStyle}</style>
</head>
<body>
<nav class="bar" aria-label="Pages"><div class="bar-inner">
<a class="brand" href="/">${ICON} Polyface</a>
<a href="/docs"${open === 'docs' ? ' aria-current="page"' : ''}>Documentation</a>
${links.join('\n')}
</div></nav>
${body}
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
