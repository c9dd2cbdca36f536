import type { RenditionRecipe } from '../../src/domain/index.ts';

/** One recipe of each kind that the dialects ask for. */
export const RECIPES = {
  'inside a box as JPEG': recipe({ box: { width: 120, height: 120 }, format: 'jpeg' }),
  'padded to a square': recipe({
    fit: 'pad',
    box: { width: 100, height: 100 },
    format: 'jpeg-unless-transparent',
  }),
  'enlarged and padded': recipe({
    fit: 'pad',
    box: { width: 300, height: 300 },
    enlarge: true,
    format: 'jpeg-unless-transparent',
  }),
  'inside a box in its own format': recipe({ box: { width: 110, height: 110 }, animated: true }),
  'own size and format': recipe({ animated: true }),
  'as PNG': recipe({ box: { width: 64, height: 64 }, format: 'png' }),
} as const satisfies Record<string, RenditionRecipe>;

/** A recipe with the given parts; the rest is the plainest there is. */
export function recipe(parts: Partial<RenditionRecipe> = {}): RenditionRecipe {
  return {
    fit: 'inside',
    enlarge: false,
    format: 'same',
    background: '#ffffff',
    quality: 85,
    animated: false,
    ...parts,
  };
}
