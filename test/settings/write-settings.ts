import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LoadedSettings,
  loadSettings,
  type SettingsOverrides,
} from '../../src/settings/load-settings.ts';
import { SettingsError } from '../../src/settings/settings-error.ts';

/** A settings file that is right and has no secret. */
export const SMALLEST = `dialects: { timbu: {} }
tenants: [{ id: shop }]
`;

/** Writes a settings file into a folder of its own and gives its name. */
export async function writeSettings(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'polyface-settings-')), 'polyface.yaml');
  await writeFile(file, text);
  return file;
}

/** Loads settings from a text. */
export async function load(
  text: string,
  env: Readonly<Record<string, string>> = {},
  overrides: SettingsOverrides = {},
): Promise<LoadedSettings> {
  return loadSettings({ env, overrides: { ...overrides, file: await writeSettings(text) } });
}

/** The lines of the refusal, each without the folder of the file. */
export async function refusal(
  text: string,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  return refusalOf(load(text, env));
}

/** The same of whatever reads settings. */
export async function refusalOf(reading: Promise<unknown>): Promise<readonly string[]> {
  try {
    await reading;
  } catch (cause) {
    if (!(cause instanceof SettingsError)) throw cause;
    return cause.message.split('\n').map((line) => line.replace(/^.*\/polyface\.yaml/, 'polyface.yaml'));
  }
  throw new Error('the settings were accepted');
}
