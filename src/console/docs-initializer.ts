/**
 * The script that starts Swagger UI. It is served from its own address because the pages allow no inline
 * script. In a demo a click signs in. After each upload it fetches Ada's picture through every dialect, as
 * `/docs/guide.json` describes.
 */
export const initializerScript = `'use strict';
const element = document.getElementById('swagger-ui');
const faces = document.getElementById('faces');
const ui = globalThis.SwaggerUIBundle({
  domNode: element,
  url: element.dataset.document,
  deepLinking: false,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: -1,
  validatorUrl: null,
  presets: [globalThis.SwaggerUIBundle.presets.apis],
  responseInterceptor(response) {
    const changes = response.ok && !/\\/openapi\\//.test(response.url);
    if (changes && faces) showFaces();
    return response;
  },
});
globalThis.ui = ui;

for (const button of document.querySelectorAll('#credentials button')) {
  button.addEventListener('click', () => {
    const { username, password, value } = button.dataset;
    const schemes = Object.entries(ui.specSelectors.securityDefinitions()?.toJS() ?? {});
    for (const [name, { type, scheme }] of schemes) {
      if (username !== '' && scheme === 'basic') ui.preauthorizeBasic(name, username, password);
      if (value !== '' && (type === 'apiKey' || scheme === 'bearer')) ui.preauthorizeApiKey(name, value);
    }
    for (const other of document.querySelectorAll('#credentials button')) other.setAttribute('aria-pressed', String(other === button));
  });
}

let showing = Promise.resolve();
function showFaces() {
  showing = showing.then(fetchFaces).catch(() => {});
}

async function fetchFaces() {
  const guide = await (await fetch('/docs/guide.json')).json();
  const items = await Promise.all(Object.entries(guide).map(async ([dialect, entry]) => {
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    const name = document.createElement('strong');
    name.textContent = dialect;
    caption.append(name);
    try {
      const picture = await pictureOf(entry);
      const image = document.createElement('img');
      image.alt = 'The picture as ' + dialect + ' shows it';
      image.src = URL.createObjectURL(picture);
      await image.decode();
      caption.append(document.createElement('br'), picture.type.replace('image/', '') + ' ' + image.naturalWidth + ' × ' + image.naturalHeight + ', ' + Math.ceil(picture.size / 1024) + ' KiB');
      figure.append(image, caption);
    } catch {
      const none = document.createElement('div');
      none.className = 'none';
      none.textContent = 'no picture';
      figure.append(none, caption);
    }
    const item = document.createElement('li');
    item.append(figure);
    return item;
  }));
  faces.querySelector('ul').replaceChildren(...items);
  faces.hidden = false;
}

async function pictureOf({ headers, reads, picture }) {
  let value;
  for (const { method, path, body } of reads) {
    const text = body === undefined ? undefined : JSON.stringify(body).replace(/\\{([\\w.]+)\\}/g, (_, way) => valueAt(value, way));
    const response = await fetch(path, { method, headers: text === undefined ? headers : { ...headers, 'content-type': 'application/json' }, body: text });
    if (!response.ok) throw new Error('refused');
    if (picture === '') return response.blob();
    value = await response.json();
  }
  const response = await fetch(valueAt(value, picture));
  if (!response.ok) throw new Error('gone');
  return response.blob();
}

function valueAt(value, way) {
  return way.split('.').reduce((inner, step) => inner?.[step], value);
}
`;
