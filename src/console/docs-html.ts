/** What the documentation says of a dialect. */
export interface DocsDialect {
  readonly name: string;
  readonly title: string;
  readonly profile: string;
  /** Credentials that a visitor may try, in the form that the Authorize dialog takes; only in a demo. */
  readonly demoCredentials?: readonly string[];
}

/** The list of dialects. */
export function indexPage(dialects: readonly DocsDialect[]): string {
  const rows = dialects.map(
    ({ name, title, profile }) => `<tr>
<td><a href="/docs/${escape(name)}">${escape(name)}</a></td>
<td>${escape(title)}</td>
<td>${escape(profile)}</td>
<td><a href="/openapi/${escape(name)}.yaml">YAML</a> <a href="/openapi/${escape(name)}.json">JSON</a></td>
</tr>`,
  );
  return page(
    'Polyface',
    `<main class="polyface-index">
<h1>Polyface</h1>
<p>One image store, spoken to in ${dialects.length} dialects. Open one to read its operations and to try them here.</p>
<table>
<thead><tr><th>dialect</th><th>API</th><th>wire profile</th><th>OpenAPI 3.1</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>
</main>`,
  );
}

/** The page on which a visitor tries a dialect. */
export function dialectPage({ name, title, demoCredentials = [] }: DocsDialect): string {
  const hint =
    demoCredentials.length === 0
      ? ''
      : `<aside class="polyface-hint">This is a demo. <b>Authorize</b> takes: ${demoCredentials
          .map((credential) => `<code>${escape(credential)}</code>`)
          .join(' or ')}</aside>`;
  return page(
    `${title} · Polyface`,
    `<nav class="polyface-nav"><a href="/docs">All dialects</a></nav>
${hint}
<div id="swagger-ui" data-document="/openapi/${escape(name)}.json"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/initializer.js"></script>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

const STYLE = `
body { margin: 0; font-family: system-ui, sans-serif; color: #22303c; background: #fbfcfd; }
.polyface-index { max-width: 60rem; margin: 4rem auto; padding: 0 1.5rem; }
.polyface-index table { border-collapse: collapse; width: 100%; }
.polyface-index th, .polyface-index td { text-align: left; padding: .6rem .8rem; border-bottom: 1px solid #dde4ea; }
.polyface-nav { padding: 1rem 1.5rem 0; }
.polyface-hint { margin: 1rem 1.5rem; padding: .8rem 1rem; background: #eef6ff; border-left: 4px solid #4990e2; }
`;

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
