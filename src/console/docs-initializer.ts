/**
 * The script that starts Swagger UI; served from its own address because the pages allow no inline script. The document's address
 * stands on the element that it fills.
 */
export const initializerScript = `'use strict';
const element = document.getElementById('swagger-ui');
globalThis.ui = globalThis.SwaggerUIBundle({
  domNode: element,
  url: element.dataset.document,
  deepLinking: false,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: -1,
  validatorUrl: null,
  presets: [globalThis.SwaggerUIBundle.presets.apis],
});
`;
