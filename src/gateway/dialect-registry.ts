import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type {
  Dialect,
  DialectSetting,
  Json,
  JsonObject,
  RatePolicy,
  WireProfile,
  WireRequestHead,
} from '../domain/index.ts';
import type { LoadedSettings } from '../settings/load-settings.ts';
import { schemaFaults } from '../settings/schema-faults.ts';
import type { DialectSettings, Settings } from '../settings/settings.ts';
import { pointerStep, refuseFaults, type SettingsFault, schemaFault } from '../settings/settings-fault.ts';
import { dialectFiles, missingDialects } from './dialect-files.ts';
import { DOWNLOAD_PREFIX } from './downloads/download-links.ts';
import { declaredNames } from './openapi/declared-names.ts';
import { loadDocument } from './openapi/load-document.ts';
import { type DocumentOperation, type OpenApiDocument, operationsOf } from './openapi/open-api-document.ts';

/** A dialect with its document, its rate and its checked options. */
export interface LoadedDialect {
  readonly dialect: Dialect;
  /**
   * The document of the profile that the settings name, dereferenced. The document of `documented` where the
   * settings leave the profile to the client.
   */
  readonly document: OpenApiDocument;
  /** The document of any profile. Operations and parameters are the same in all. */
  documentOf(profile: WireProfile): OpenApiDocument;
  /** The document of all profiles, as it stands in its file. */
  readonly documentSource: Json;
  /** The names of all parameters and members that the document declares. */
  readonly declaredNames: ReadonlySet<string>;
  /** The document's operations; each has its counterpart in `dialect.operations`. */
  readonly operations: readonly DocumentOperation[];
  /** The settings' rate, else the vendor's. */
  readonly rate: RatePolicy;
  /**
   * Set where the settings leave the profile to the client. Reads the profile from a request; `undefined`
   * where the request does not tell.
   */
  readonly profileOfClient?: (head: WireRequestHead) => WireProfile | undefined;
  /**
   * The wire profile and the options: defaults, then the settings', then the tenant's. Without a tenant: the
   * dialect's own.
   */
  setting(tenantId?: string): DialectSetting<object>;
}

/**
 * Loads only the dialects that the settings name, in their order. Throws `SettingsError` for names that do
 * not exist and for options that do not match their dialect's schema. Throws an `Error` where document and
 * code name different operations.
 */
export async function loadDialects(
  settings: Pick<Settings, 'dialects' | 'tenants'> & Partial<Pick<LoadedSettings, 'places'>>,
): Promise<readonly LoadedDialect[]> {
  refuseFaults(missingDialects(settings.dialects), settings.places);
  const faults: SettingsFault[] = [];
  const loaded = await Promise.all(
    Object.entries(settings.dialects).map(([name, own]) => loadDialect(name, own, settings.tenants, faults)),
  );
  refuseFaults(faults, settings.places);
  return loaded;
}

async function loadDialect(
  name: string,
  own: DialectSettings,
  tenants: Settings['tenants'],
  faults: SettingsFault[],
): Promise<LoadedDialect> {
  const files = dialectFiles(name, own);
  const byClient = own.profile === 'by-client';
  const profile: WireProfile = own.profile === 'by-client' ? 'documented' : own.profile;
  const [dialect, { documentOf, source }] = await Promise.all([
    importDialect(name, files.code),
    loadDocument(files.document),
  ]);
  const document = documentOf(profile);
  const operations = operationsOf(document);
  requireSameOperations(name, operations, dialect);
  requireOwnPaths(name, operations);

  const ownPlace = `/dialects/${pointerStep(name)}/options`;
  const plain = await checkedOptions(dialect, own.options, () => ownPlace);
  faults.push(...plain.faults);
  const byTenant = new Map<string, DialectSetting<object>>();
  for (const [t, tenant] of tenants.entries()) {
    const extra = tenant.dialects[name]?.options;
    // Faults of the options that all tenants share were reported above.
    if (!extra || plain.faults.length > 0) continue;
    const tenantPlace = `/tenants/${t}/dialects/${pointerStep(name)}/options`;
    const merged = await checkedOptions(dialect, { ...own.options, ...extra }, (option) =>
      option !== undefined && !(option in extra) && option in own.options ? ownPlace : tenantPlace,
    );
    faults.push(...merged.faults);
    byTenant.set(tenant.id, { profile, options: merged.options });
  }
  const setting = { profile, options: plain.options };
  return {
    dialect,
    document,
    documentOf,
    documentSource: source,
    declaredNames: declaredNames(source),
    operations,
    ...(byClient && { profileOfClient: (head: WireRequestHead) => dialect.profileOfClient?.(head) }),
    rate: { ...dialect.rates, ...own.rate },
    setting: (tenantId) => (tenantId === undefined ? setting : (byTenant.get(tenantId) ?? setting)),
  };
}

async function importDialect(name: string, file: string): Promise<Dialect> {
  const module = await importModule(name, file);
  if (module.default === undefined) throw new Error(`dialect ${name}: ${file} exports no dialect by default`);
  if (!isDialect(module.default))
    throw new Error(`dialect ${name}: ${file} lacks ${missingParts(module.default).join(', ')}`);
  if (module.default.name !== name) {
    throw new Error(`dialect ${name}: ${file} calls itself ${module.default.name}`);
  }
  return module.default;
}

async function importModule(name: string, file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    const message = Error.isError(cause) ? cause.message : String(cause);
    throw new Error(`dialect ${name}: ${placeOfSyntaxError(file, cause) ?? file}: ${message}`, { cause });
  }
}

/**
 * `file:line` from the error of an import: TypeScript's has it in the stack, JavaScript's only where Node
 * checks the file.
 */
function placeOfSyntaxError(file: string, cause: unknown): string | undefined {
  const stack = Error.isError(cause) ? (cause.stack ?? '') : '';
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
  return [stack, stderr].flatMap((text) => /^(?:file:\/\/)?(\/\S+:\d+)$/m.exec(text)?.[1] ?? [])[0];
}

/** What every dialect has, and the JavaScript type of it. */
const DIALECT_PARTS = {
  name: 'string',
  title: 'string',
  optionsSchema: 'object',
  credentials: 'object',
  operations: 'object',
  intake: 'function',
  rendition: 'function',
  rates: 'object',
  renderProblem: 'function',
} as const satisfies Partial<Record<keyof Dialect, string>>;

function isDialect(value: unknown): value is Dialect {
  return missingParts(value).length === 0;
}

function missingParts(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return Object.keys(DIALECT_PARTS);
  const parts = new Map<string, unknown>(Object.entries(value));
  return Object.entries(DIALECT_PARTS).flatMap(([part, type]) =>
    typeof parts.get(part) === type ? [] : [`${part} (${type})`],
  );
}

/**
 * The gateway's own paths. Whether a dialect on one of them is served would depend on the order of the
 * routes. `/metrics` is on the admin port; it stays reserved, so that no scraper finds a dialect there.
 */
const RESERVED_PATHS = [DOWNLOAD_PREFIX, '/healthz', '/readyz', '/metrics', '/docs', '/openapi'].map((path) =>
  path.split('/').filter((segment) => segment !== ''),
);

function requireOwnPaths(name: string, operations: readonly DocumentOperation[]): void {
  for (const { operationId, template, prefixes } of operations) {
    for (const prefix of prefixes) {
      const segments = `${prefix}${template}`.split('/').slice(1);
      const reserved = RESERVED_PATHS.find((path) => reaches(segments, path));
      if (reserved)
        throw new Error(
          `dialect ${name}: ${prefix}${template} (${operationId}) reaches into /${reserved.join('/')}, which is the gateway's own`,
        );
    }
  }
}

/**
 * A parameter matches any text that a client sends, also the reserved segment. A path that consists of
 * parameters alone gives way to the gateway's pages.
 */
function reaches(segments: readonly string[], reserved: readonly string[]): boolean {
  return (
    reserved.every((segment, at) => segments[at] === segment || (at > 0 && segments[at]?.startsWith('{'))) ||
    (reserved.length > 1 &&
      segments.length > reserved.length &&
      segments.slice(0, 2).every((s) => s.startsWith('{')))
  );
}

function requireSameOperations(
  name: string,
  documented: readonly DocumentOperation[],
  dialect: Dialect,
): void {
  const inDocument = new Set(documented.map(({ operationId }) => operationId));
  const inCode = new Set(Object.keys(dialect.operations));
  const faults = [
    ...[...inDocument].filter((id) => !inCode.has(id)).map((id) => `${id} is documented but not translated`),
    ...[...inCode].filter((id) => !inDocument.has(id)).map((id) => `${id} is translated but not documented`),
  ];
  if (faults.length > 0) throw new Error(`dialect ${name}: ${faults.join('; ')}`);
}

/**
 * Fills in defaults and reports what does not match the schema. `placeOf` tells where the settings have the
 * named option, or all options.
 */
async function checkedOptions(
  { optionsSchema }: Dialect,
  options: JsonObject,
  placeOf: (option: string | undefined) => string,
): Promise<{ readonly options: object; readonly faults: readonly SettingsFault[] }> {
  const copy: Record<string, unknown> = structuredClone(options);
  const found = schemaFaults(optionsSchema, copy);
  const faults = found.map((fault) => {
    const unknown: unknown = fault.params.additionalProperty;
    const option = fault.instancePath.split('/')[1] ?? (typeof unknown === 'string' ? unknown : undefined);
    return schemaFault({ ...fault, instancePath: `${placeOf(option)}${fault.instancePath}` });
  });
  return { options: copy, faults };
}
