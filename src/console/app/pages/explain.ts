import { useState } from 'preact/hooks';
import { change } from '../api.ts';
import type { Explanation } from '../api-types.ts';
import { encodeRequest } from '../encode-request.ts';
import { html } from '../html.ts';
import { ExplainedSteps } from '../parts/explained-steps.ts';
import { Card, Empty, Page, Trouble } from '../parts/page.ts';
import { mayOperate, type PageProperties } from './page-properties.ts';

const PLACEHOLDER = 'PUT /path/of/an/operation\nAuthorization: Bearer …\nContent-Type: image/png';

/** Shows how a request is handled, step by step. */
export function Explain({ operator }: PageProperties) {
  const [text, setText] = useState('');
  const [partName, setPartName] = useState('');
  const [file, setFile] = useState<File>();
  const [explained, setExplained] = useState<Explanation>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const request = await encodeRequest(text, file, partName.trim());
      setExplained(await change<Explanation>('POST', '/explain', { request }));
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
    }
    setBusy(false);
  };
  const choose = (event: Event) => setFile((event.target as HTMLInputElement).files?.[0]);
  return html`<${Page}
      title="Explain"
      about="How this gateway would handle a request, step by step. It reads the store and changes nothing there. No backend is called."
    />
    ${
      mayOperate(operator)
        ? html`<${Card}>
            <form onSubmit=${submit}>
              <label class="field"
                ><span>Raw HTTP request: request line, headers, an empty line, the body</span
                ><textarea
                  class="raw"
                  rows="10"
                  spellcheck=${false}
                  autocapitalize="off"
                  placeholder=${PLACEHOLDER}
                  value=${text}
                  onInput=${(event: Event) => setText((event.target as HTMLTextAreaElement).value)}
              ></textarea></label>
              <div class="explain-actions">
                <label class="field"><span>Picture as the body</span><input type="file" onChange=${choose} /></label>
                <label class="field"
                  ><span>As the part of a form</span
                  ><input
                    placeholder="not in a form"
                    disabled=${!file}
                    value=${partName}
                    onInput=${(event: Event) => setPartName((event.target as HTMLInputElement).value)}
                /></label>
                <button class="primary" disabled=${busy || text.trim() === ''}>${busy ? 'One moment …' : 'Explain'}</button>
              </div>
            </form>
          <//>`
        : html`<${Empty}>This needs the role operate, because a request tries a credential.<//>`
    }
    <${Trouble} problem=${problem} />
    ${explained && html`<${ExplainedSteps} explained=${explained} />`}`;
}
