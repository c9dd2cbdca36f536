import { READABLE_FORMATS, type RenditionRecipe } from '../../src/domain/index.ts';
import { loadDialects } from '../../src/gateway/dialect-registry.ts';
import type { Settings } from '../../src/settings/settings.ts';
import type { CorpusPolicy } from './try-file.ts';

const PLAIN = { enlarge: false, background: '#ffffff', quality: 85 } as const;

/** Takes every picture there is and makes one rendition of each kind of it. */
export const ANY_PICTURE: CorpusPolicy = {
  name: 'any picture',
  intake: { formats: READABLE_FORMATS, minBytes: 0, maxBytes: Number.MAX_SAFE_INTEGER },
  renditions: [
    { ...PLAIN, fit: 'inside', box: { width: 1200, height: 1200 }, format: 'jpeg', animated: false },
    {
      ...PLAIN,
      fit: 'pad',
      box: { width: 1050, height: 1050 },
      format: 'jpeg-unless-transparent',
      animated: false,
    },
    { ...PLAIN, fit: 'inside', format: 'same', animated: true },
  ] satisfies RenditionRecipe[],
};

/** The policy of a dialect as the settings have it. */
export async function policyOfDialect(settings: Settings, name: string): Promise<CorpusPolicy> {
  const loaded = (await loadDialects(settings)).find(({ dialect }) => dialect.name === name);
  if (!loaded) throw new Error(`the settings name no dialect ${name}`);
  const { dialect } = loaded;
  const setting = loaded.setting();
  return { name, intake: dialect.intake(setting), renditions: [dialect.rendition(setting)] };
}
