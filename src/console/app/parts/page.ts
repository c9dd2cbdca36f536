import type { ComponentChildren } from 'preact';
import { html } from '../html.ts';

/** The frame of a page: its title, its subject and its actions. */
export function Page({
  title,
  about,
  actions,
  children,
}: {
  readonly title: string;
  readonly about?: string;
  readonly actions?: ComponentChildren;
  readonly children?: ComponentChildren;
}) {
  return html`<header class="page-head">
      <div><h1>${title}</h1>${about && html`<p class="muted">${about}</p>`}</div>
      <div class="actions">${actions}</div>
    </header>
    ${children}`;
}

/** A part of a page with a heading. */
export function Card({
  title,
  note,
  wide,
  children,
}: {
  readonly title?: string;
  readonly note?: ComponentChildren;
  readonly wide?: boolean;
  readonly children?: ComponentChildren;
}) {
  return html`<section class=${`card${wide ? ' wide' : ''}`}>
    ${title && html`<div class="card-head"><h2>${title}</h2><span class="muted">${note}</span></div>`}
    ${children}
  </section>`;
}

/** A figure with its name. */
export function Figure({
  name,
  value,
  note,
  tone,
}: {
  readonly name: string;
  readonly value: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly tone?: string;
}) {
  return html`<div class=${`figure ${tone ?? ''}`}>
    <span class="figure-name">${name}</span><strong>${value}</strong><span class="muted">${note}</span>
  </div>`;
}

/** A word in a pill; the tone is `good`, `bad`, `warn` or `quiet`. */
export function Badge({
  tone = 'quiet',
  children,
}: {
  readonly tone?: string;
  readonly children?: ComponentChildren;
}) {
  return html`<span class=${`badge ${tone}`}>${children}</span>`;
}

/** The text of an empty page or list. */
export function Empty({ children }: { readonly children?: ComponentChildren }) {
  return html`<p class="empty">${children}</p>`;
}

/** The message for a failure. */
export function Trouble({ problem }: { readonly problem: string | undefined }) {
  return problem === undefined ? null : html`<p class="trouble" role="alert">${problem}</p>`;
}

/** The tone of a status code. */
export function toneOfStatus(status: number): string {
  if (status >= 500) return 'bad';
  if (status >= 400) return 'warn';
  return 'good';
}
