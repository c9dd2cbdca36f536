import { formatCount } from '../format.ts';
import { html } from '../html.ts';

/** One bar: its time, and the amounts by name. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly { readonly name: string; readonly count: number }[];
}

const WIDTH = 600;
const HEIGHT = 120;

/** Stacked bars over time. The colours follow the order of `names`. */
export function BarChart({
  bars,
  names,
  title,
}: {
  readonly bars: readonly Bar[];
  readonly names: readonly string[];
  readonly title: string;
}) {
  const most = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, { count }) => sum + count, 0)));
  const step = WIDTH / Math.max(1, bars.length);
  return html`<figure class="chart">
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT + 4}`} role="img" aria-label=${title} preserveAspectRatio="none">
      <line x1="0" x2=${WIDTH} y1=${HEIGHT} y2=${HEIGHT} class="axis" />
      ${bars.map((bar, index) => {
        let y = HEIGHT;
        return bar.parts.map(({ name, count }) => {
          const height = (count / most) * (HEIGHT - 4);
          y -= height;
          return html`<rect
            x=${index * step + step * 0.12}
            y=${y}
            width=${step * 0.76}
            height=${height}
            rx="1.5"
            class=${`series series-${names.indexOf(name) % 8}`}
            ><title>${`${bar.label} · ${name}: ${formatCount(count)}`}</title></rect
          >`;
        });
      })}
    </svg>
    <figcaption>
      <span class="muted">${bars[0]?.label ?? ''}</span>
      <span class="legend">
        ${names.map((name, index) => html`<span><i class=${`swatch series-${index % 8}`}></i>${name}</span>`)}
      </span>
      <span class="muted">now</span>
    </figcaption>
  </figure>`;
}
