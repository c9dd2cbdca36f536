import { useEffect, useState } from 'preact/hooks';
import { formatBytes } from '../format.ts';
import { html } from '../html.ts';
import type { ComparedPictures } from '../migration-types.ts';
import { Badge } from './page.ts';

/** How long each picture is shown: long enough to see it, and short enough to notice a difference. */
const BLINK_MS = 700;
const VIEWS = ['side by side', 'overlay', 'blink'] as const;

type Facts = ComparedPictures['backend'];

/** Shows the backend's picture and ours: side by side, one over the other, or alternating. */
export function PicturePair({
  pair,
  base,
  isShown,
}: {
  readonly pair: ComparedPictures;
  /** The address of the pair; `/backend` and `/here` lead to the pictures. */
  readonly base: string;
  readonly isShown: boolean;
}) {
  const [view, setView] = useState<(typeof VIEWS)[number]>('side by side');
  const both = pair.backend !== undefined && pair.here !== undefined;
  const same = both && pair.backend?.sha256 === pair.here?.sha256;
  return html`<section class="pair" aria-label=${`Pictures of slot ${pair.slot}`}>
    <div class="pair-head">
      <h3>Slot ${pair.slot}</h3>
      <${Badge} tone=${same ? 'good' : both ? 'warn' : 'bad'}>${same ? 'the same bytes' : both ? 'different bytes' : pair.here ? 'missing at the backend' : 'missing here'}<//>
      ${
        isShown &&
        both &&
        html`<span class="chips" role="group" aria-label="View">
          ${VIEWS.map((name) => html`<button class="chip" aria-pressed=${view === name} onClick=${() => setView(name)}>${name}</button>`)}
        </span>`
      }
    </div>
    ${isShown && both && view === 'overlay' && html`<${Overlay} base=${base} />`}
    ${isShown && both && view === 'blink' && html`<${Blink} base=${base} />`}
    <div class="sides">
      <${Side} title="Backend" facts=${pair.backend} source=${isShown && view === 'side by side' ? `${base}/backend` : undefined} />
      <${Side} title="Here" facts=${pair.here} source=${isShown && view === 'side by side' ? `${base}/here` : undefined} />
    </div>
  </section>`;
}

function Side({
  title,
  facts,
  source,
}: {
  readonly title: string;
  readonly facts: Facts;
  readonly source: string | undefined;
}) {
  return html`<figure class="side-picture">
    ${facts && source !== undefined && html`<img src=${source} alt=${`Picture ${title === 'Here' ? 'here' : 'of the backend'}`} />`}
    <figcaption>
      <strong>${title}</strong>
      ${
        facts
          ? html`<dl class="facts">
              <dt>Format</dt><dd>${facts.format ?? 'not a picture'}</dd>
              ${facts.width !== undefined && html`<dt>Pixels</dt><dd>${facts.width} × ${facts.height}</dd>`}
              <dt>Size</dt><dd>${formatBytes(facts.bytes)}</dd>
              <dt>SHA-256</dt><dd><code>${facts.sha256}</code></dd>
            </dl>`
          : html`<p class="muted">There is no picture.</p>`
      }
    </figcaption>
  </figure>`;
}

function Overlay({ base }: { readonly base: string }) {
  const [share, setShare] = useState(50);
  return html`<div class="stack">
      <img src=${`${base}/backend`} alt="Picture of the backend" />
      <img src=${`${base}/here`} alt="Picture here" style=${{ opacity: share / 100 }} />
    </div>
    <label class="field mix"
      ><span>Backend – here</span
      ><input type="range" min="0" max="100" value=${share} onInput=${(event: Event) => setShare(Number((event.target as HTMLInputElement).value))} />
    </label>`;
}

function Blink({ base }: { readonly base: string }) {
  const [isOurs, setOurs] = useState(false);
  useEffect(() => {
    // Users who asked for less motion switch the pictures by hand.
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return undefined;
    const timer = setInterval(() => setOurs((before) => !before), BLINK_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<div class="stack">
      <img src=${`${base}/backend`} alt="Picture of the backend" hidden=${isOurs} />
      <img src=${`${base}/here`} alt="Picture here" hidden=${!isOurs} />
    </div>
    <p class="muted"><button class="small" onClick=${() => setOurs(!isOurs)}>Turn</button> ${isOurs ? 'here' : 'backend'}</p>`;
}
