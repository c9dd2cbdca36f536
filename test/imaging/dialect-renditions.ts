import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RenditionRecipe } from '../../src/domain/index.ts';
import { loadDialects } from '../../src/gateway/dialect-registry.ts';

const FOLDER = join(import.meta.dirname, '../../dialects');

/** What readers get by default, for every dialect there is and in either profile. */
export async function dialectRenditions(): Promise<readonly (readonly [name: string, RenditionRecipe])[]> {
  const names = readdirSync(FOLDER);
  const recipes: (readonly [string, RenditionRecipe])[] = [];
  for (const profile of ['documented', 'observed'] as const) {
    const dialects = Object.fromEntries(names.map((name) => [name, { profile, options: {} }]));
    for (const loaded of await loadDialects({ dialects, tenants: [] })) {
      const { dialect } = loaded;
      const rendition = dialect.rendition(loaded.setting());
      if (rendition !== 'original') recipes.push([`${dialect.name}, ${profile}`, rendition]);
    }
  }
  return recipes;
}
