import { createHmac } from 'node:crypto';
import type { Settings } from './settings.ts';

/**
 * A short name of the settings: equal settings have equal names. It is a digest with a secret, so that it
 * cannot be used to test guesses of a password in the settings.
 */
export function settingsRevision(settings: Settings, secret: string): string {
  const { places: _, file: __, unset: ___, ...rest } = settings as Settings & Record<string, unknown>;
  return createHmac('sha256', secret)
    .update(`settings\0${JSON.stringify(rest)}`)
    .digest('hex')
    .slice(0, 12);
}
