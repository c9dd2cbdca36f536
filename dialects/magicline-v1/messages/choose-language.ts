import { de } from './de.ts';
import { en } from './en.ts';
import type { Messages } from './message-key.ts';

/** To add a language, add a file, and a line here. */
const LANGUAGES: Readonly<Record<string, Messages>> = { en, de };

/** The available language that `Accept-Language` prefers; English otherwise. */
export function chooseLanguage(acceptLanguage: string | undefined): Messages {
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((entry) => {
      const [tag = '', ...parameters] = entry.trim().toLowerCase().split(';');
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { language: tag.split('-')[0] ?? '', quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality);
  const found = wanted.find(({ language }) => Object.hasOwn(LANGUAGES, language));
  return LANGUAGES[found?.language ?? 'en'] ?? en;
}
