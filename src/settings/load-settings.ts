import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { schemaFaults } from '../prepared/schema-faults.ts';
import { type CheckedSettings, findFaults } from './check-settings.ts';
import { isEcho } from './explain-fault.ts';
import type { Settings } from './settings.ts';
import { parseSettingsDocument, type SettingsDocument } from './settings-document.ts';
import { SettingsError } from './settings-error.ts';
import { refuseFaults, type SettingsPlaces, schemaFault } from './settings-fault.ts';
import { settingsSchema } from './settings-schema.ts';

/** What the command line says; it goes before the environment, which goes before the file. */
export interface SettingsOverrides {
  readonly file?: string | undefined;
  readonly port?: number | undefined;
  readonly dataDir?: string | undefined;
}

/** The settings, whether they are a demo's, and where everything stands: what they say may turn out to be wrong later. */
export type LoadedSettings = Settings & {
  readonly demo: boolean;
  readonly file: string;
  readonly places: SettingsPlaces;
};

/**
 * Reads and checks the settings file: `--config`, else `POLYFACE_CONFIG`. `PORT` and `POLYFACE_DATA_DIR` replace what it says.
 * Throws `SettingsError`: one line per mistake, each with file, line, column and what was expected.
 */
export async function loadSettings({
  env = process.env,
  overrides = {},
}: {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly overrides?: SettingsOverrides;
} = {}): Promise<LoadedSettings> {
  const file = overrides.file ?? env.POLYFACE_CONFIG;
  if (!file) throw new SettingsError('no settings: name a YAML file with --config <file> or POLYFACE_CONFIG');
  const source = await readSource(file);
  const document = parseSettingsDocument(source, file, env);
  const settings = await checked(document);
  const port = overrides.port ?? portOf(env.PORT);
  const final: CheckedSettings = {
    ...settings,
    listen: { ...settings.listen, ...(port === undefined ? {} : { port }) },
    dataDir: resolve(overrides.dataDir ?? env.POLYFACE_DATA_DIR ?? settings.dataDir),
    dialects: Object.fromEntries(
      Object.entries(settings.dialects).map(([name, dialect]) => [
        name,
        {
          ...dialect,
          ...(dialect.folder === undefined ? {} : { folder: resolve(dirname(file), dialect.folder) }),
          ...(dialect.document === undefined ? {} : { document: resolve(dirname(file), dialect.document) }),
        },
      ]),
    ),
  };
  let written: { readonly value: unknown } | undefined;
  const faults = findFaults(final, (pointer) => {
    written ??= parseSettingsDocument(source, file, variablesAsThemselves(env));
    return !/\$\{/.test(String(valueAt(written.value, pointer)));
  });
  refuseFaults(faults, document);
  return { ...final, file, places: document };
}

async function readSource(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = Error.isError(cause) && 'code' in cause ? String(cause.code) : '';
    const why = UNREADABLE[code] ?? `the file cannot be read${code && ` (${code})`}`;
    throw new SettingsError(
      `${resolve(file)}: ${why}; a YAML file with the settings is expected: name it with --config <file> or POLYFACE_CONFIG`,
      { cause },
    );
  }
}

/** Why a file cannot be read, by the system's code. */
const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'this is a folder',
  EACCES: 'this user may not read the file',
};

async function checked(document: SettingsDocument): Promise<CheckedSettings> {
  const { value } = document;
  const found = await schemaFaults(settingsSchema, value);
  const faults = found.filter((fault) => !isEcho(fault));
  refuseFaults((faults.length > 0 ? faults : found).map(schemaFault), document);
  return value as CheckedSettings;
}

function portOf(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new SettingsError(`PORT: ${value} is no port number`);
  return port;
}

/** An environment in which every variable stands for itself: shows which secrets are written in the file. */
function variablesAsThemselves(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.keys(environment).map((variable) => [variable, `\${${variable}}`]));
}

function valueAt(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (inner, step) =>
        typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[step] : undefined,
      value,
    );
}
