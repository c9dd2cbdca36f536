import { useState } from 'preact/hooks';
import { change } from '../api.ts';
import type { Key, List, NewKey } from '../api-types.ts';
import { formatAgo, formatTime } from '../format.ts';
import { html } from '../html.ts';
import { Confirm } from '../parts/confirm.ts';
import { NewKeyForm, SecretOnce } from '../parts/new-key.ts';
import { Badge, Card, Page, Trouble } from '../parts/page.ts';
import { Pager } from '../parts/pager.ts';
import { Table } from '../parts/table.ts';
import { itemsOf, useResource } from '../use-resource.ts';
import { mayDecide, mayOperate, type PageProperties } from './page-properties.ts';

/** Lists, creates and revokes credentials while gateways run. */
export function Keys({ operator }: PageProperties) {
  const [after, setAfter] = useState<number | string>('');
  const resource = useResource<List<Key>>(`/keys${after === '' ? '' : `?after=${after}`}`);
  const { value, problem, reload } = resource;
  const [revoking, setRevoking] = useState<Key>();
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<NewKey>();
  return html`<${Page}
      title="Keys"
      about="Credentials that were made without a restart. Those of the settings file are under Settings."
      actions=${mayDecide(operator) && !isMaking && html`<button class="primary" onClick=${() => setMaking(true)}>Create a key</button>`}
    />
    <${Trouble} problem=${problem} />
    ${made && html`<${SecretOnce} made=${made} onClose=${() => setMade(undefined)} />`}
    ${
      isMaking &&
      html`<${NewKeyForm}
        onClose=${() => setMaking(false)}
        onMade=${(key: NewKey) => {
          setMade(key);
          setMaking(false);
          reload();
        }}
      />`
    }
    <${Card}>
      <${Table}
        caption="Keys"
        empty="No credential was made yet."
        rows=${itemsOf(resource)}
        columns=${[
          { heading: 'Key', cell: (key: Key) => html`<code>${key.id}</code> ${key.label ?? ''}` },
          { heading: 'Dialect', cell: (key: Key) => key.dialect },
          { heading: 'Tenant', cell: (key: Key) => key.tenant },
          { heading: 'Kind', cell: (key: Key) => html`<${Badge}>${key.kind}<//>` },
          {
            heading: 'Scopes',
            cell: (key: Key) =>
              html`<span class="chips">${key.scopes.map((scope) => html`<span class="chip">${scope}</span>`)}</span>`,
          },
          {
            heading: 'Made',
            cell: (key: Key) =>
              html`<time title=${formatTime(key.createdAt)}>${formatAgo(key.createdAt)}</time>`,
          },
          { heading: 'Ends', cell: (key: Key) => (key.expiresAt ? formatTime(key.expiresAt) : 'never') },
          {
            heading: '',
            cell: (key: Key) =>
              mayOperate(operator) &&
              html`<button class="danger small" onClick=${() => setRevoking(key)}>Revoke</button>`,
          },
        ]}
      />
      <${Pager} isFirst=${after === ''} next=${value?.next} onFirst=${() => setAfter('')} onNext=${setAfter} />
    <//>
    ${
      revoking &&
      html`<${Confirm}
        title=${`Revoke the key ${revoking.id}?`}
        action="Revoke"
        danger
        onClose=${() => setRevoking(undefined)}
        onConfirm=${async () => {
          await change('DELETE', `/keys/${revoking.id}`);
          reload();
        }}
      ><p>Every gateway refuses it within two seconds. It cannot be brought back.</p><//>`
    }`;
}
