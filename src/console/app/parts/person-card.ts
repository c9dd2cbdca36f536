import type { List, Operator, Person, PictureFacts, RecentRequest } from '../api-types.ts';
import { formatAgo, formatBytes, formatTime } from '../format.ts';
import { html } from '../html.ts';
import { mayOperate } from '../pages/page-properties.ts';
import { useResource } from '../use-resource.ts';
import { Badge, Card, Empty, toneOfStatus } from './page.ts';
import { PersonActions, UnlinkButton } from './person-actions.ts';

/** A person: names, pictures by slot, who wrote them, and the latest requests about them. */
export function PersonCard({
  person,
  operator,
  onChange,
}: {
  readonly person: Person;
  readonly operator: Operator;
  readonly onChange: () => void;
}) {
  const { profile, aliases, slots } = person;
  const fullName = [profile.firstName, profile.lastName].filter(Boolean).join(' ');
  const canOperate = mayOperate(operator);
  return html`<${Card} title=${fullName || person.id} note=${`${person.tenant} · generation ${person.generation}`} wide>
    <div class="person">
      <div>
        <dl class="facts">
          <dt>Id</dt><dd><code>${person.id}</code></dd>
          <dt>Key</dt><dd><code>${person.key}</code></dd>
          ${profile.email && html`<dt>E-mail</dt><dd>${profile.email}</dd>`}
          ${profile.phoneNumber && html`<dt>Phone</dt><dd>${profile.phoneNumber}</dd>`}
        </dl>
        <h3>Ids in the dialects</h3>
        <ul class="aliases">
          ${Object.entries(aliases).map(
            ([dialect, alias]) =>
              html`<li><span class="muted">${dialect}</span> <code>${alias}</code> ${canOperate && html`<${UnlinkButton} person=${person} dialect=${dialect} alias=${alias} onChange=${onChange} />`}</li>`,
          )}
        </ul>
        ${canOperate && html`<${PersonActions} person=${person} operator=${operator} onChange=${onChange} />`}
      </div>
      <div>
        ${slots.length === 0 && html`<${Empty}>No picture was ever written.<//>`}
        ${slots.map((slot) => html`<${Slot} person=${person} slot=${slot} operator=${operator} />`)}
        <${LatestRequests} person=${person} />
      </div>
    </div>
  <//>`;
}

function Slot({
  person,
  slot,
  operator,
}: {
  readonly person: Person;
  readonly slot: Person['slots'][number];
  readonly operator: Operator;
}) {
  const { original, renditions = [] } = slot;
  if (!original)
    return html`<p class="slot">Slot ${slot.slot} <${Badge}>version ${slot.version}<//> deleted <time datetime=${slot.deletedAt}>${formatTime(slot.deletedAt ?? '')}</time></p>`;
  return html`<article class="slot">
    <h3>Slot ${slot.slot} <${Badge}>version ${slot.version}<//></h3>
    <p class="muted">
      Written <time datetime=${slot.writtenAt} title=${formatTime(slot.writtenAt ?? '')}>${formatAgo(slot.writtenAt ?? '')}</time> through
      <strong> ${slot.writtenThrough}</strong> ${slot.fileName && html`as <code>${slot.fileName}</code>`}
    </p>
    <div class="pictures">
      <${Picture} person=${person} slot=${slot.slot} name="original" facts=${original} operator=${operator} />
      ${renditions.map(
        ({ name, ...facts }) =>
          html`<${Picture} person=${person} slot=${slot.slot} name=${name} facts=${facts} operator=${operator} />`,
      )}
    </div>
  </article>`;
}

function Picture({
  person,
  slot,
  name,
  facts,
  operator,
}: {
  readonly person: Person;
  readonly slot: number;
  readonly name: string;
  readonly facts: PictureFacts;
  readonly operator: Operator;
}) {
  const address = `/admin/v1/people/${person.tenant}/${person.key}/pictures/${slot}/${encodeURIComponent(name)}`;
  const isShown = operator.showPictures && operator.role === 'admin';
  return html`<figure class="picture">
    ${isShown ? html`<img src=${address} alt=${`${name} of slot ${slot}`} loading="lazy" />` : html`<div class="no-picture">${facts.format}</div>`}
    <figcaption>
      <strong>${name}</strong><br />
      <span class="muted">${facts.format} ${facts.width} × ${facts.height}, ${formatBytes(facts.bytes)}</span><br />
      <code title=${facts.sha256}>${facts.sha256.slice(0, 12)}…</code>
    </figcaption>
  </figure>`;
}

function LatestRequests({ person }: { readonly person: Person }) {
  const { value } = useResource<List<RecentRequest>>(`/requests?subject=${person.key}&limit=8`, 10_000);
  if (!value || value.items.length === 0) return null;
  return html`<h3>Latest requests</h3>
    <ol class="timeline">
      ${value.items.map(
        ({ requestId, endedAtMs, method, operationId, route, dialect, credentialId, status, problem }) =>
          html`<li key=${requestId}>
            <${Badge} tone=${toneOfStatus(status)}>${status}<//>
            <span><strong>${operationId ?? `${method} ${route ?? ''}`}</strong> <span class="muted">${dialect}, by ${credentialId ?? 'an unknown credential'}${problem ? `: ${problem}` : ''}</span></span>
            <time class="muted" title=${formatTime(endedAtMs)}>${formatAgo(endedAtMs)}</time>
          </li>`,
      )}
    </ol>`;
}
