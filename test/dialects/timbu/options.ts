import type { TimbuOptions } from '../../../dialects/timbu/options.ts';

/** The defaults, as the settings fill them in. */
export const options: TimbuOptions = {
  maxBytes: 10_485_760,
  maxSide: 2048,
  quality: 90,
  linkTtlSeconds: 604_800,
};
