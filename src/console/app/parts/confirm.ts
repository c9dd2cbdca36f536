import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { Trouble } from './page.ts';

/** Asks for confirmation, and for a reason for the audit log. */
export function Confirm({
  title,
  action,
  danger,
  typed,
  children,
  onConfirm,
  onClose,
}: {
  readonly title: string;
  readonly action: string;
  readonly danger?: boolean;
  /** The text that must be typed in first, for actions that cannot be undone. */
  readonly typed?: string;
  readonly children?: ComponentChildren;
  readonly onConfirm: (reason: string) => Promise<void>;
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await onConfirm(reason);
      onClose();
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
      setBusy(false);
    }
  };
  return html`<dialog ref=${dialog} onClose=${onClose} aria-labelledby="confirm-title">
    <form onSubmit=${confirm}>
      <h2 id="confirm-title">${title}</h2>
      ${children}
      <label class="field">
        <span>Reason, for the audit log</span>
        <input value=${reason} maxlength="500" onInput=${(event: Event) => setReason((event.target as HTMLInputElement).value)} />
      </label>
      ${
        typed !== undefined &&
        html`<label class="field">
          <span>Type <code>${typed}</code> to go on</span>
          <input value=${text} autocomplete="off" onInput=${(event: Event) => setText((event.target as HTMLInputElement).value)} />
        </label>`
      }
      <${Trouble} problem=${problem} />
      <div class="dialog-actions">
        <button type="button" onClick=${onClose}>Cancel</button>
        <button type="submit" class=${danger ? 'danger' : 'primary'} disabled=${busy || (typed !== undefined && typed !== text)}>${action}</button>
      </div>
    </form>
  </dialog>`;
}
