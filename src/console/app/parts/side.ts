import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { html } from '../html.ts';

/** The list of pages, beside the content. On a phone it is above the content, and scrolls to the open page. */
export function Side({
  pages,
  open,
  children,
}: {
  readonly pages: readonly (readonly [name: string, title: string, ...unknown[]])[];
  readonly open: string;
  readonly children?: ComponentChildren;
}) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>('[aria-current]');
    if (list.current && current)
      list.current.scrollLeft = current.offsetLeft - (list.current.clientWidth - current.offsetWidth) / 2;
  }, [open]);
  return html`<nav class="side" aria-label="Pages">
    <a class="brand" href="#now"><img src="./icon.svg" alt="" width="28" height="28" /> <span>Polyface</span></a>
    <ul ref=${list}>
      ${pages.map(
        ([name, title]) =>
          html`<li><a href=${`#${name}`} aria-current=${name === open ? 'page' : undefined}>${title}</a></li>`,
      )}
    </ul>
    ${children}
  </nav>`;
}
