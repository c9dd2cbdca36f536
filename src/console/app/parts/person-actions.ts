import { useState } from 'preact/hooks';
import { change, read } from '../api.ts';
import type { DialectFacts, List, Merge, Operator, Person, Receipt } from '../api-types.ts';
import { formatBytes, formatCount, formatTime } from '../format.ts';
import { html } from '../html.ts';
import { useResource } from '../use-resource.ts';
import { Confirm } from './confirm.ts';
import { Trouble } from './page.ts';

interface ActionProperties {
  readonly person: Person;
  readonly onChange: () => void;
}

function pathOf({ tenant, key }: Person): string {
  return `/people/${encodeURIComponent(tenant)}/${key}`;
}

/** Removes an id in a dialect. */
export function UnlinkButton({
  person,
  dialect,
  alias,
  onChange,
}: ActionProperties & { readonly dialect: string; readonly alias: string }) {
  const [asked, setAsked] = useState(false);
  return html`<button class="small" aria-label=${`Unlink ${dialect} ${alias}`} onClick=${() => setAsked(true)}>Unlink</button>
    ${
      asked &&
      html`<${Confirm}
        title=${`Unlink ${dialect}?`}
        action="Unlink"
        danger
        onClose=${() => setAsked(false)}
        onConfirm=${async (reason: string) => {
          await change('DELETE', `${pathOf(person)}/aliases`, { dialect, alias, reason }, person.version);
          onChange();
        }}
      >
        <p><code>${alias}</code> in ${dialect} will find no person. Pictures and other ids stay.</p>
      <//>`
    }`;
}

/** Links, merges and erases people. */
export function PersonActions({
  person,
  operator,
  onChange,
}: ActionProperties & { readonly operator: Operator }) {
  const [receipt, setReceipt] = useState<Receipt>();
  if (receipt) return html`<${Erased} receipt=${receipt} />`;
  return html`<${LinkForm} person=${person} onChange=${onChange} />
    <${MergeForm} person=${person} onChange=${onChange} />
    ${operator.role === 'admin' && html`<${EraseButton} person=${person} onErased=${setReceipt} />`}`;
}

function LinkForm({ person, onChange }: ActionProperties) {
  const dialects = useResource<List<DialectFacts>>('/dialects');
  const [dialect, setDialect] = useState('');
  const [alias, setAlias] = useState('');
  const [problem, setProblem] = useState<string>();
  const names = dialects.value?.items.map(({ name }) => name) ?? [];
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      const body = { dialect: dialect || names[0], alias: alias.trim() };
      await change('POST', `${pathOf(person)}/aliases`, body, person.version);
      setAlias('');
      setProblem(undefined);
      onChange();
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
    }
  };
  return html`<form class="inline" onSubmit=${submit}>
    <select aria-label="Dialect of the new id" value=${dialect || names[0]} onChange=${(event: Event) => setDialect((event.target as HTMLSelectElement).value)}>
      ${names.map((name) => html`<option>${name}</option>`)}
    </select>
    <input aria-label="New id in that dialect" placeholder="id in that dialect" value=${alias} onInput=${(event: Event) => setAlias((event.target as HTMLInputElement).value)} />
    <button disabled=${alias.trim() === ''}>Link</button>
  </form>
  <${Trouble} problem=${problem} />`;
}

function MergeForm({ person, onChange }: ActionProperties) {
  const [wanted, setWanted] = useState('');
  const [preview, setPreview] = useState<Merge>();
  const [problem, setProblem] = useState<string>();
  const previewMerge = async (event: Event) => {
    event.preventDefault();
    setProblem(undefined);
    try {
      const { items } = await read<List<Person>>(
        `/people?tenant=${encodeURIComponent(person.tenant)}&find=${encodeURIComponent(wanted.trim())}`,
      );
      const [survivor, ...others] = items;
      if (!survivor || others.length > 0) {
        setProblem(
          survivor ? 'Several people have this id: enter the key of one of them.' : 'No person has this id.',
        );
        return;
      }
      setPreview(await read<Merge>(`${pathOf(person)}/merge?into=${survivor.key}`));
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
    }
  };
  return html`<form class="inline" onSubmit=${previewMerge}>
    <input aria-label="Any id of the person to merge into" placeholder="an id of the other person" value=${wanted} onInput=${(event: Event) => setWanted((event.target as HTMLInputElement).value)} />
    <button disabled=${wanted.trim() === ''}>Merge …</button>
  </form>
  <${Trouble} problem=${problem} />
  ${
    preview &&
    html`<${Confirm}
      title=${`Merge ${preview.source.id} into ${preview.survivor.id}?`}
      action="Merge"
      danger
      onClose=${() => setPreview(undefined)}
      onConfirm=${async (reason: string) => {
        const { source, survivor } = preview;
        const body = { into: survivor.key, intoVersion: survivor.version, reason };
        await change('POST', `${pathOf(person)}/merge`, body, source.version);
        onChange();
      }}
    >
      <dl class="facts">
        <dt>Ids that move</dt><dd>${1 + Object.keys(preview.source.aliases).length}</dd>
        <dt>Pictures that move</dt><dd>${listSlots(preview.adoptedSlots)}</dd>
        <dt>Pictures that are deleted</dt><dd>${listSlots(preview.droppedSlots)}${preview.droppedSlots.length > 0 && ` (${preview.survivor.id} has newer ones)`}</dd>
      </dl>
      <p>Every id and signed address of <strong>${preview.source.id}</strong> will lead to <strong>${preview.survivor.id}</strong>. This cannot be undone.</p>
    <//>`
  }`;
}

function listSlots(slots: readonly number[]): string {
  return slots.length === 0 ? 'none' : `${slots.length}: slot ${slots.join(', ')}`;
}

function EraseButton({
  person,
  onErased,
}: {
  readonly person: Person;
  readonly onErased: (receipt: Receipt) => void;
}) {
  const [asked, setAsked] = useState(false);
  const pictures = person.slots.flatMap(({ original, renditions = [] }) =>
    original ? [original, ...renditions] : [],
  );
  const bytes = pictures.reduce((sum, picture) => sum + picture.bytes, 0);
  return html`<p><button class="danger" onClick=${() => setAsked(true)}>Erase this person …</button></p>
    ${
      asked &&
      html`<${Confirm}
        title=${`Erase ${person.id}?`}
        action="Erase for good"
        danger
        typed=${person.id}
        onClose=${() => setAsked(false)}
        onConfirm=${async (reason: string) => {
          const body = { id: person.id, reason };
          onErased(await change<Receipt>('POST', `${pathOf(person)}/erase`, body, person.version));
        }}
      >
        <dl class="facts">
          <dt>Ids</dt><dd>${1 + Object.keys(person.aliases).length}</dd>
          <dt>Slots with a picture</dt><dd>${person.slots.filter(({ original }) => original).length}</dd>
          <dt>Files</dt><dd>${formatCount(pictures.length)}, ${formatBytes(bytes)}</dd>
        </dl>
        <p>Nothing brings them back. A backend that still has the picture keeps it: the receipt says so.</p>
      <//>`
    }`;
}

function Erased({ receipt: { receipt, signature } }: { readonly receipt: Receipt }) {
  const text = JSON.stringify({ receipt, signature }, null, 2);
  return html`<div class="notice" role="status">
    <strong>Erased</strong> ${formatTime(receipt.erasedAt)}: ${Object.entries(receipt.removed)
      .map(([what, count]) => `${formatCount(count)} ${what}`)
      .join(', ')}. Bodies are removed once more at ${formatTime(receipt.again)}.
    <details><summary>Signed receipt: keep it</summary><pre class="code" tabindex="0">${text}</pre></details>
  </div>`;
}
