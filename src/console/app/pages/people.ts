import { useState } from 'preact/hooks';
import type { List, Person } from '../api-types.ts';
import { html } from '../html.ts';
import { Empty, Page, Trouble } from '../parts/page.ts';
import { PersonCard } from '../parts/person-card.ts';
import { useResource } from '../use-resource.ts';
import type { PageProperties } from './page-properties.ts';

/** Shows one person, found by any id, with the actions on them. */
export function People({ operator, path }: PageProperties) {
  const [text, setText] = useState(path[0] ?? '');
  const [wanted, setWanted] = useState(path[0] ?? '');
  const found = useResource<List<Person>>(
    wanted === '' ? undefined : `/people?find=${encodeURIComponent(wanted)}`,
  );
  const search = (event: Event) => {
    event.preventDefault();
    setWanted(text.trim());
  };
  const people = found.value?.items ?? [];
  return html`<${Page} title="People" about="Find a person by an id in any dialect, an e-mail address, a phone number, or the key from the log." />
    <form class="search" role="search" onSubmit=${search}>
      <input
        aria-label="Id, e-mail address, phone number or key"
        placeholder="e.g. ada, 565039506 or ada.lovelace@example.com"
        value=${text}
        onInput=${(event: Event) => setText((event.target as HTMLInputElement).value)}
      />
      <button class="primary">Find</button>
    </form>
    <${Trouble} problem=${found.problem} />
    ${wanted !== '' && found.value && people.length === 0 && html`<${Empty}>No person has this id.<//>`}
    ${people.map((person) => html`<${PersonCard} key=${person.key} person=${person} operator=${operator} onChange=${found.reload} />`)}`;
}
