/** An upload and its response. */
export interface DemoUpload {
  readonly line: string;
  readonly status: number;
  readonly text: string;
}

/** A person as one dialect shows her. */
export interface DemoReading {
  /** The requests that led to the picture. */
  readonly lines: readonly string[];
  /** The last JSON response; empty where the response was the picture. */
  readonly text: string;
  readonly status: number;
  readonly picture: Buffer;
}

/** One upload, read back through every dialect. */
export interface DemoStep {
  readonly writer: string;
  readonly uploaded: DemoUpload;
  readonly readings: readonly (DemoReading & {
    readonly reader: string;
    readonly facts: string;
    readonly isGood: boolean;
  })[];
}

/** One page that needs no server: every request, response and picture side by side. */
export function demoPage(photograph: Buffer, steps: readonly DemoStep[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Polyface demo</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<div>
<h1>One photograph, ${steps.length} APIs</h1>
<p>Uploaded through each API in turn and read back through all of them: upright, in the size that the API promises, without the position that the camera wrote.</p>
</div>
<figure><img src="${dataAddress(photograph)}" alt="The photograph, as its file says"><figcaption>the upload: ${Math.ceil(photograph.byteLength / 1024)} KiB, stored on its side, with a GPS position</figcaption></figure>
</header>
${steps.map(renderStep).join('\n')}
</body>
</html>
`;
}

function renderStep({ writer, uploaded, readings }: DemoStep): string {
  return `<section>
<h2>Uploaded through <b>${escape(writer)}</b></h2>
<div class="exchange"><pre>&gt; ${escape(uploaded.line)}</pre><pre>&lt; ${uploaded.status} ${escape(shorten(uploaded.text))}</pre></div>
<ul>${readings
    .map(
      ({ reader, lines, text, picture, facts, isGood }) => `<li>
<img src="${dataAddress(picture)}" alt="As ${escape(reader)} shows it">
<h3>${escape(reader)} <span class="${isGood ? 'good' : 'bad'}">${isGood ? '✓' : '✗'}</span></h3>
<p>${escape(facts)}</p>
<details><summary>Requests and response</summary><pre>${escape(lines.map((line) => `> ${line}`).join('\n'))}\n${escape(shorten(text))}</pre></details>
</li>`,
    )
    .join('\n')}</ul>
</section>`;
}

/** Addresses are long, and their signatures say nothing to a reader. */
function shorten(text: string): string {
  return text.length > 900 ? `${text.slice(0, 900)}…` : text;
}

function dataAddress(picture: Buffer): string {
  const isPng = picture.subarray(1, 4).toString('latin1') === 'PNG';
  return `data:image/${isPng ? 'png' : 'jpeg'};base64,${picture.toString('base64')}`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; color: #1b2133; background: #f5f6fa; }
header { background: linear-gradient(135deg, #2b3170, #145e6b); color: #fff; padding: 2.5rem clamp(1rem, 5vw, 4rem); display: flex; flex-wrap: wrap; gap: 2rem; justify-content: space-between; align-items: center; }
header div { flex: 1 1 320px; }
header figure { margin: 0; font-size: .85rem; color: #dfe5ff; max-width: 260px; }
header img { width: 240px; max-width: 100%; border-radius: 14px; }
h1 { font-size: clamp(1.9rem, 5vw, 3rem); line-height: 1.1; letter-spacing: -.03em; margin: 0 0 .6rem; }
section { padding: 1.5rem clamp(1rem, 5vw, 4rem); border-bottom: 1px solid #e2e5ee; }
h2 { font-weight: 400; letter-spacing: -.01em; }
.exchange { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 1rem; }
pre { margin: 0; background: #171c2e; color: #e6e9f7; border-radius: 12px; padding: .9rem 1.1rem; white-space: pre-wrap; overflow-wrap: anywhere; font: .8rem/1.55 ui-monospace, Menlo, Consolas, monospace; }
ul { list-style: none; padding: 0; margin: 1.2rem 0 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(200px, calc(50% - .5rem)), 1fr)); gap: 1rem; }
li { background: #fff; border: 1px solid #e2e5ee; border-radius: 14px; padding: 1rem; min-width: 0; }
li img { width: 100%; height: 220px; object-fit: contain; background: #f5f6fa; border-radius: 10px; }
h3 { margin: .6rem 0 .2rem; font-size: 1rem; }
li p { margin: 0 0 .4rem; color: #5c6478; font-size: .88rem; }
summary { cursor: pointer; color: #4353e0; font-size: .88rem; }
.good { color: #0b7a4b; } .bad { color: #b3261e; }
`;
