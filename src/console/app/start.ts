import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { change, read } from './api.ts';
import type { Operator } from './api-types.ts';
import { html } from './html.ts';
import { Audit } from './pages/audit.ts';
import { Differences } from './pages/differences.ts';
import { Explain } from './pages/explain.ts';
import { Keys } from './pages/keys.ts';
import { Migration } from './pages/migration.ts';
import { Now } from './pages/now.ts';
import { People } from './pages/people.ts';
import { Requests } from './pages/requests.ts';
import { Settings } from './pages/settings.ts';
import { SignIn } from './pages/sign-in.ts';
import { Usage } from './pages/usage.ts';
import { Side } from './parts/side.ts';

const PAGES = [
  ['now', 'Now', Now],
  ['migration', 'Migration', Migration],
  ['differences', 'Differences', Differences],
  ['people', 'People', People],
  ['usage', 'Usage', Usage],
  ['requests', 'Requests', Requests],
  ['explain', 'Explain', Explain],
  ['keys', 'Keys', Keys],
  ['audit', 'Audit', Audit],
  ['settings', 'Settings', Settings],
] as const;

/** The part of the address that names the open page and its subject: `#people/demo/…`. */
function pathInAddress(): readonly string[] {
  return globalThis.location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
}

function Shell() {
  const [operator, setOperator] = useState<Operator | 'signed-out' | 'loading'>('loading');
  const [path, setPath] = useState(pathInAddress);
  useEffect(() => {
    const updatePath = () => setPath(pathInAddress());
    const showSignIn = () => setOperator('signed-out');
    globalThis.addEventListener('hashchange', updatePath);
    globalThis.addEventListener('signed-out', showSignIn);
    void resumeSession().then(setOperator);
    return () => {
      globalThis.removeEventListener('hashchange', updatePath);
      globalThis.removeEventListener('signed-out', showSignIn);
    };
  }, []);

  if (operator === 'loading') return html`<p class="empty">One moment …</p>`;
  if (operator === 'signed-out') return html`<${SignIn} onSignIn=${setOperator} />`;
  const [name = '', ...rest] = path;
  const [open, title, Page] = PAGES.find(([page]) => page === name) ?? PAGES[0];
  document.title = `${title} · Polyface console`;
  return html`<a class="skip" href="#main-content" onClick=${skipToContent}>Skip to the content</a>
    <div class="shell">
      <${Side} pages=${PAGES} open=${open}>
        <div class="who">
          <span title=${operator.name}>${operator.name}</span>
          <span class="badge quiet">${operator.role}</span>
          <button class="plain" onClick=${() => signOut().then(() => setOperator('signed-out'))}>Sign out</button>
        </div>
      <//>
      <main id="main-content" tabindex="-1"><${Page} key=${path.join('/')} operator=${operator} path=${rest} /></main>
    </div>`;
}

function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById('main-content')?.focus();
}

/** Signs in with the code of a one-time link. Without a code it uses the session of this browser. */
async function resumeSession(): Promise<Operator | 'signed-out'> {
  const [, code] = /^#sign-in=([\w-]+)$/.exec(globalThis.location.hash) ?? [];
  try {
    if (code === undefined) return await read<Operator>('/session');
    globalThis.history.replaceState(null, '', '#now');
    return await change<Operator>('POST', '/session', { code });
  } catch {
    return 'signed-out';
  }
}

async function signOut(): Promise<void> {
  await change('DELETE', '/session');
}

const root = document.getElementById('app');
if (root) render(html`<${Shell} />`, root);
