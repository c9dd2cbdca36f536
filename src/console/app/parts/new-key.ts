import { useState } from 'preact/hooks';
import { change } from '../api.ts';
import type { DialectFacts, List, NewKey, Tenant } from '../api-types.ts';
import { html } from '../html.ts';
import { useResource } from '../use-resource.ts';
import { Card, Trouble } from './page.ts';

/** Creates a key. `onMade` gets it with its secret. */
export function NewKeyForm({
  onMade,
  onClose,
}: {
  readonly onMade: (key: NewKey) => void;
  readonly onClose: () => void;
}) {
  const dialects = useResource<List<DialectFacts>>('/dialects');
  const tenants = useResource<List<Tenant>>('/tenants');
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const all = dialects.value?.items.filter(({ keyKinds }) => keyKinds.length > 0) ?? [];
  const dialect = all.find(({ name }) => name === values.dialect) ?? all[0];
  const tenant = values.tenant ?? tenants.value?.items[0]?.id;
  const kind = values.kind ?? dialect?.keyKinds[0];
  const set = (more: Readonly<Record<string, string>>) => setValues((before) => ({ ...before, ...more }));
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      onMade(
        await change<NewKey>('POST', '/keys', {
          tenant,
          dialect: dialect?.name,
          kind,
          scopes: scopes.filter((scope) => dialect?.scopes.includes(scope)),
          label: values.label?.trim(),
          subject: values.subject?.trim(),
          ...(values.days ? { expiresInDays: Number(values.days) } : {}),
        }),
      );
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
      setBusy(false);
    }
  };
  return html`<${Card} title="New key">
    <form onSubmit=${submit}>
      <div class="form-grid">
        <${Choice} label="Dialect" value=${dialect?.name} options=${all.map(({ name }) => name)} onChoose=${(name: string) => setValues(({ kind: _kind, ...rest }) => ({ ...rest, dialect: name }))} />
        <${Choice} label="Tenant" value=${tenant} options=${tenants.value?.items.map(({ id }) => id) ?? []} onChoose=${(id: string) => set({ tenant: id })} />
        <${Choice} label="Kind" value=${kind} options=${dialect?.keyKinds ?? []} onChoose=${(word: string) => set({ kind: word })} />
        <${Line} label="Label" hint="whose it is, or what for" value=${values.label} onType=${(label: string) => set({ label })} />
        <${Line} label="Caller's own id" hint="for a key of one person" value=${values.subject} onType=${(subject: string) => set({ subject })} />
        <${Line} label="Ends after days" hint="never" type="number" value=${values.days} onType=${(days: string) => set({ days })} />
      </div>
      ${
        dialect &&
        dialect.scopes.length > 0 &&
        html`<fieldset class="scopes">
          <legend>Scopes</legend>
          ${dialect.scopes.map(
            (scope) =>
              html`<label class="switch"><input
                type="checkbox"
                checked=${scopes.includes(scope)}
                onChange=${() => setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope])}
              /> <code>${scope}</code></label>`,
          )}
        </fieldset>`
      }
      <${Trouble} problem=${problem ?? dialects.problem ?? tenants.problem} />
      <div class="dialog-actions">
        <button type="button" onClick=${onClose}>Cancel</button>
        <button class="primary" disabled=${busy || !dialect || tenant === undefined}>Create the key</button>
      </div>
    </form>
  <//>`;
}

function Choice({
  label,
  value,
  options,
  onChoose,
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly string[];
  readonly onChoose: (value: string) => void;
}) {
  return html`<label class="field"><span>${label}</span>
    <select value=${value} onChange=${(event: Event) => onChoose((event.target as HTMLSelectElement).value)}>
      ${options.map((option) => html`<option>${option}</option>`)}
    </select>
  </label>`;
}

function Line({
  label,
  hint,
  value = '',
  type = 'text',
  onType,
}: {
  readonly label: string;
  readonly hint: string;
  readonly value?: string;
  readonly type?: string;
  readonly onType: (value: string) => void;
}) {
  return html`<label class="field"><span>${label}</span>
    <input type=${type} min="0" step="any" maxlength="200" placeholder=${hint} value=${value} autocomplete="off" onInput=${(event: Event) => onType((event.target as HTMLInputElement).value)} />
  </label>`;
}

/** Shows the secret of a new key. It is never shown a second time. */
export function SecretOnce({ made, onClose }: { readonly made: NewKey; readonly onClose: () => void }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(made.secret);
    setCopied(true);
  };
  return html`<section class="notice good" role="status" aria-label="The new key">
    <p><strong>Key ${made.id} is made${made.label === undefined ? '' : ` for ${made.label}`}.</strong> Keep its secret now: it is shown this once, and only its digest is stored.</p>
    <dl class="facts">
      ${made.name !== undefined && html`<dt>${made.kind === 'client' ? 'Client id' : 'User'}</dt><dd><code>${made.name}</code></dd>`}
      <dt>Secret</dt><dd><code>${made.secret}</code></dd>
    </dl>
    <p class="actions">
      <button onClick=${copy}>${isCopied ? 'Copied' : 'Copy the secret'}</button>
      <button onClick=${onClose}>I have kept it</button>
    </p>
  </section>`;
}
