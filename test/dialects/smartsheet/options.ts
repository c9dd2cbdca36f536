import type { SmartsheetOptions } from '../../../dialects/smartsheet/options.ts';

/** The defaults, as the settings fill them in. */
export const options: SmartsheetOptions = {
  formats: ['gif', 'jpeg', 'png'],
  background: '#ffffff',
  quality: 90,
  maxBytes: 31_457_280,
  linkTtlSeconds: 1800,
};
