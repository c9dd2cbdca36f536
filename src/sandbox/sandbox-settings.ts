import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { WireProfile } from '../domain/index.ts';
import { loadSettings } from '../settings/load-settings.ts';
import { projectFiles } from '../settings/project-files.ts';
import type { Settings } from '../settings/settings.ts';

/** The options from which a sandbox's settings are made. */
export interface SandboxSettingsOptions {
  readonly dialects?: readonly string[];
  readonly profile?: WireProfile;
  readonly host?: string;
  readonly port?: number;
  readonly seed?: string;
  readonly rateLimits?: boolean;
  readonly docs?: boolean;
  readonly settings?: (demo: Settings) => Settings;
}

/** How many jobs may wait for the one picture worker. Many tests may send at once. */
const QUEUE = 4096;

/**
 * The settings of the demo with what the options change. `keyId` names the key that signs addresses of
 * pictures.
 */
export async function sandboxSettings(
  options: SandboxSettingsOptions,
  dataDir: string,
  keyId: string,
): Promise<Settings & { readonly demo: true }> {
  const { dialects, profile = 'documented', host, port = 0, seed, rateLimits = false, docs = true } = options;
  const file = join(projectFiles().root, 'config/demo.yaml');
  // The test changes the demo's settings, so their places in the file no longer apply.
  const {
    places: _places,
    admin: _admin,
    ...demo
  } = await loadSettings({ env: {}, overrides: { file, port, dataDir } });
  const unknown = (dialects ?? []).filter((name) => !(name in demo.dialects));
  if (unknown.length > 0) {
    const known = Object.keys(demo.dialects).join(', ');
    throw new Error(`the sandbox does not speak ${unknown.join(', ')}; known: ${known}`);
  }
  const secret =
    seed === undefined
      ? randomBytes(32).toString('base64url')
      : createHash('sha256').update(`signing ${seed} ${keyId}`).digest('base64url');
  const settings: Settings = {
    ...demo,
    listen: { ...demo.listen, ...(host !== undefined && { host }) },
    dialects: Object.fromEntries(
      Object.entries(demo.dialects)
        .filter(([name]) => dialects?.includes(name) ?? true)
        .map(([name, own]) => [name, { ...own, profile }]),
    ),
    imaging: { ...demo.imaging, workers: 1, queue: QUEUE, timeoutSeconds: 60 },
    rateLimits: { enabled: rateLimits },
    validateResponses: 'enforce',
    docs,
    downloads: { ...demo.downloads, keys: [{ id: keyId, secret }] },
  };
  return { demo: true, ...(options.settings?.(settings) ?? settings) };
}
