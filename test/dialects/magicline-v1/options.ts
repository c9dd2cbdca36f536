import type { MagiclineOptions } from '../../../dialects/magicline-v1/options.ts';

/** The defaults, as the settings fill them in. */
export const options: MagiclineOptions = {
  formats: ['jpeg', 'png'],
  maxBytes: 20_971_520,
  quality: 85,
  linkTtlSeconds: 900,
};
