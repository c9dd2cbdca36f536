import { html } from '../html.ts';

/** Leads to the next page of a long list, and back to its beginning. */
export function Pager<Place extends number | string>({
  isFirst,
  next,
  onFirst,
  onNext,
}: {
  readonly isFirst: boolean;
  readonly next: Place | undefined;
  readonly onFirst: () => void;
  readonly onNext: (place: Place) => void;
}) {
  if (isFirst && next === undefined) return null;
  return html`<div class="pager">
    ${!isFirst && html`<button onClick=${onFirst}>First page</button>`}
    ${next !== undefined && html`<button onClick=${() => onNext(next)}>Next page</button>`}
  </div>`;
}
