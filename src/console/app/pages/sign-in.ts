import { useState } from 'preact/hooks';
import { change } from '../api.ts';
import type { Operator } from '../api-types.ts';
import { html } from '../html.ts';
import { Trouble } from '../parts/page.ts';

/** The page on which an operator signs in. */
export function SignIn({ onSignIn }: { readonly onSignIn: (operator: Operator) => void }) {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<string>();
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      onSignIn(await change<Operator>('POST', '/session', { token: token.trim() }));
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
    }
  };
  return html`<main class="door">
    <form class="card" onSubmit=${submit}>
      <img src="./icon.svg" alt="" width="48" height="48" />
      <h1>Polyface console</h1>
      <p class="muted">
        Sign in with an admin token. <code>polyface admin tokens create --label me --role operate</code> makes one.
      </p>
      <label class="field">
        <span>Admin token</span>
        <input
          type="password"
          autocomplete="current-password"
          placeholder="pfa_…"
          value=${token}
          onInput=${(event: Event) => setToken((event.target as HTMLInputElement).value)}
        />
      </label>
      <${Trouble} problem=${problem} />
      <button class="primary" disabled=${token.trim() === ''}>Sign in</button>
    </form>
  </main>`;
}
