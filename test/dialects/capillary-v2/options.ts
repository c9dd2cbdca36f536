import type { CapillaryOptions } from '../../../dialects/capillary-v2/options.ts';

/** The defaults, as the settings fill them in, with the organisation of the vendor's samples. */
export const options: CapillaryOptions = {
  orgId: '100737',
  minBytes: 10_240,
  maxBytes: 51_380_224,
  maxImages: 5,
  originals: 'clean',
  quality: 92,
  linkTtlSeconds: 3600,
};
