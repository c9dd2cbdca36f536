/* The inbox's code for the browser. What clients sent is put into the page as text, never as markup. */
import type { ReceivedUpload } from '../inbox/received-upload.ts';
import { detailsOf } from './inbox-details.ts';
import {
  address,
  badgesOf,
  element,
  frameOf,
  searchableTextOf,
  session,
  sizeOf,
  titleOf,
} from './inbox-elements.ts';

let uploads: ReceivedUpload[] = [];
let dropped = 0;
let shown: string | undefined;

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

function cardOf(upload: ReceivedUpload): HTMLElement {
  const { dialect, operationId, subject, receivedAt } = upload;
  const card = element(
    'button',
    'card',
    frameOf(upload, 0),
    element(
      'span',
      'words',
      element('span', 'name', titleOf(upload)),
      element('span', 'quiet', [dialect ?? upload.target, operationId ?? ''].join(' ')),
      element(
        'span',
        'quiet',
        [subject ?? '', sizeOf(upload.files[0])].filter((text) => text !== '').join(' · '),
      ),
      element('span', 'quiet', new Date(receivedAt).toLocaleTimeString()),
      badgesOf(upload),
    ),
  );
  card.type = 'button';
  card.dataset.upload = upload.id;
  card.setAttribute('aria-current', String(upload.id === shown));
  card.addEventListener('click', () => void show(upload.id));
  return element('li', '', card);
}

function listVisible(): ReceivedUpload[] {
  const search = byId('search');
  const words = search instanceof HTMLInputElement ? search.value.toLowerCase().split(/\s+/) : [];
  return uploads.filter((upload) => {
    const text = searchableTextOf(upload).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function renderList(): void {
  const found = listVisible();
  byId('uploads').replaceChildren(...found.toReversed().map(cardOf));
  byId('empty').hidden = uploads.length > 0;
  const older = dropped > 0 ? `; ${dropped} older given up` : '';
  byId('count').textContent =
    uploads.length === 0
      ? ''
      : `${found.length} of ${uploads.length} ${uploads.length === 1 ? 'upload' : 'uploads'}${older}`;
}

/** Closes the details, and returns to the card that they belong to. */
function closeDetails(): void {
  const card = document.querySelector<HTMLElement>(`.card[data-upload="${CSS.escape(shown ?? '')}"]`);
  void show(undefined);
  card?.focus();
}

async function show(id: string | undefined, focus = true): Promise<void> {
  const details = byId('details');
  const main = document.querySelector('main');
  const upload = uploads.find((one) => one.id === id);
  shown = upload?.id;
  details.hidden = !upload;
  main?.classList.toggle('open', upload !== undefined);
  for (const card of document.querySelectorAll<HTMLElement>('.card')) {
    card.setAttribute('aria-current', String(card.dataset.upload === shown));
  }
  if (!upload) return;
  const answer = await fetch(address(`/uploads/${upload.id}`));
  const { curl = '' }: { readonly curl?: string } = answer.ok ? await answer.json() : {};
  if (shown === upload.id) details.replaceChildren(...detailsOf(upload, curl, closeDetails));
  if (focus) details.focus();
}

async function load(): Promise<void> {
  const answer = await fetch(address('/uploads'));
  const list: { readonly uploads: ReceivedUpload[]; readonly dropped: number } = await answer.json();
  uploads = list.uploads;
  dropped = list.dropped;
  renderList();
  void show(shown, false);
}

async function loadSessions(): Promise<void> {
  const answer = await fetch('/_sandbox/sessions');
  const { sessions }: { readonly sessions: readonly string[] } = answer.ok
    ? await answer.json()
    : { sessions: [] };
  const names = ['', ...new Set([...sessions, ...(session === '' ? [] : [session])])];
  byId('session').replaceChildren(
    ...names.map((name) => {
      const option = element('option', '', name === '' ? 'no session' : name);
      option.value = name;
      option.selected = name === session;
      return option;
    }),
  );
  byId('session').hidden = names.length === 1;
}

const events = new EventSource(address('/events'));
events.addEventListener('open', () => {
  byId('live').textContent = 'live';
  byId('live').classList.add('on');
  void load();
});
events.addEventListener('error', () => {
  byId('live').textContent = 'not connected';
  byId('live').classList.remove('on');
});
events.addEventListener('upload', ({ data }: MessageEvent<string>) => {
  const upload: ReceivedUpload = JSON.parse(data);
  uploads = [...uploads.filter(({ id }) => id !== upload.id), upload];
  renderList();
});
events.addEventListener('cleared', () => {
  uploads = [];
  dropped = 0;
  renderList();
  void show(undefined);
});
byId('search').addEventListener('input', renderList);
byId('clear').addEventListener('click', () => void fetch(address('/uploads'), { method: 'DELETE' }));
byId('session').addEventListener('focus', () => void loadSessions());
byId('session').addEventListener('change', ({ target }) => {
  if (target instanceof HTMLSelectElement)
    location.search = target.value === '' ? '' : `?session=${encodeURIComponent(target.value)}`;
});
addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') void show(undefined);
});
void loadSessions();
