import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { findFaults } from './check-settings.ts';
import { isEcho } from './explain-fault.ts';
import { compileCheck } from './schema-faults.ts';
import { type Settings, type SettingsFile, settingsSchema } from './settings.ts';
import { parseSettingsDocument, type SettingsDocument, type UnsetVariable } from './settings-document.ts';
import { SettingsError } from './settings-error.ts';
import { refuseFaults, type SettingsPlaces, schemaFault } from './settings-fault.ts';

/** Settings from the command line. They win over the environment, which wins over the file. */
export interface SettingsOverrides {
  readonly file?: string | undefined;
  readonly port?: number | undefined;
  readonly dataDir?: string | undefined;
}

/** The settings, whether they are a demo's, and the place of each one: some faults are found only later. */
export type LoadedSettings = Settings & {
  readonly demo: boolean;
  readonly file: string;
  readonly places: SettingsPlaces;
  /** Variables that the environment lacks; only with `allowUnset`. */
  readonly unset: readonly string[];
};

/**
 * Reads and checks the settings file: `--config`, else `POLYFACE_CONFIG`. `PORT` and `POLYFACE_DATA_DIR`
 * replace its values. `allowUnset`: environment variables may be missing, and their values are not checked.
 * Throws `SettingsError`: one line for each mistake, with file, line, column and what was expected.
 */
export async function loadSettings({
  env = process.env,
  overrides = {},
  allowUnset = false,
}: {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly overrides?: SettingsOverrides;
  readonly allowUnset?: boolean;
} = {}): Promise<LoadedSettings> {
  const file = overrides.file ?? env.POLYFACE_CONFIG;
  if (!file) throw new SettingsError('no settings: name a YAML file with --config <file> or POLYFACE_CONFIG');
  const source = await readSource(file);
  const document = parseSettingsDocument(source, file, env);
  if (!allowUnset) refuseFaults(document.unset.map(unsetFault), document);
  const settings = requireValid(document);
  const port = overrides.port ?? portOf(env.PORT);
  const final: SettingsFile = {
    ...settings,
    listen: { ...settings.listen, ...(port === undefined ? {} : { port }) },
    dataDir: resolve(overrides.dataDir ?? env.POLYFACE_DATA_DIR ?? settings.dataDir),
    store:
      settings.store.kind === 'module'
        ? { ...settings.store, module: resolve(dirname(file), settings.store.module) }
        : settings.store,
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
  // Parsed without an environment, every `${NAME}` stays as it is. That shows which secrets are written in
  // the file.
  const written = parseSettingsDocument(source, file, {});
  const faults = findFaults(final, (pointer) => !String(valueAt(written.value, pointer)).includes('${'));
  refuseFaults(faults, document);
  return {
    ...final,
    file,
    places: document,
    unset: [...new Set(document.unset.map(({ variable }) => variable))],
  };
}

function unsetFault({ variable, pointer }: UnsetVariable) {
  return { pointer, message: `the environment variable ${variable} is not set` };
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

/** The reason why a file cannot be read, by the system's code. */
const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'this is a folder',
  EACCES: 'this user may not read the file',
};

/** Fills in the defaults. The value of an unset variable may be anything. */
function requireValid(document: SettingsDocument): SettingsFile {
  const { value, unset } = document;
  const check = compileCheck(settingsSchema);
  const unknown = new Set(unset.map(({ pointer }) => pointer));
  const faultsOf = () => (check.errors ?? []).filter(({ instancePath }) => !unknown.has(instancePath));
  const isValid = (file: unknown): file is SettingsFile => check(file) || faultsOf().length === 0;
  if (isValid(value)) return value;
  const found = faultsOf();
  const faults = found.filter((fault) => !isEcho(fault));
  refuseFaults((faults.length > 0 ? faults : found).map(schemaFault), document);
  throw new Error('settings that are not valid have a fault');
}

function portOf(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new SettingsError(`PORT: ${value} is no port number`);
  return port;
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
