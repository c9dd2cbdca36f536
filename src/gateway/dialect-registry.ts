import { pathToFileURL } from 'node:url';
import type { Dialect, DialectSetting, JsonObject, RatePolicy } from '../domain/index.ts';
import { schemaFaults } from '../prepared/schema-faults.ts';
import type { LoadedSettings } from '../settings/load-settings.ts';
import type { DialectSettings, Settings } from '../settings/settings.ts';
import { pointerStep, refuseFaults, type SettingsFault, schemaFault } from '../settings/settings-fault.ts';
import { dialectFiles, missingDialects } from './dialect-files.ts';
import { loadDocument } from './openapi/load-document.ts';
import { type DocumentOperation, type OpenApiDocument, operationsOf } from './openapi/open-api-document.ts';

/** A dialect with its document, its rate and its checked options. */
export interface LoadedDialect {
  readonly dialect: Dialect;
  /** Dereferenced. */
  readonly document: OpenApiDocument;
  /** The document as it stands in its file. */
  readonly documentText: string;
  /** The document's operations; each has its counterpart in `dialect.operations`. */
  readonly operations: readonly DocumentOperation[];
  /** The settings' rate, else the vendor's. */
  readonly rate: RatePolicy;
  /** Options (defaults, then the settings', then the tenant's) and the wire profile. Without a tenant: the dialect's own. */
  setting(tenantId?: string): DialectSetting<object>;
}

/**
 * Loads the dialects that the settings name, in their order, and no others. Throws `SettingsError` where there are none of these names and for
 * every option that does not hold against its dialect's schema, and an `Error` where document and code name different operations.
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
  const [dialect, { document, text }] = await Promise.all([
    importDialect(name, files.code),
    loadDocument(files.document),
  ]);
  const operations = operationsOf(document);
  requireSameOperations(name, operations, dialect);

  const ownPlace = `/dialects/${pointerStep(name)}/options`;
  const plain = await checkedOptions(dialect, own.options, () => ownPlace);
  faults.push(...plain.faults);
  const byTenant = new Map<string, DialectSetting<object>>();
  for (const [t, tenant] of tenants.entries()) {
    const extra = tenant.dialects[name]?.options;
    // What is wrong for all has been said.
    if (!extra || plain.faults.length > 0) continue;
    const tenantPlace = `/tenants/${t}/dialects/${pointerStep(name)}/options`;
    const merged = await checkedOptions(dialect, { ...own.options, ...extra }, (option) =>
      option !== undefined && !(option in extra) && option in own.options ? ownPlace : tenantPlace,
    );
    faults.push(...merged.faults);
    byTenant.set(tenant.id, { profile: own.profile, options: merged.options });
  }
  const setting = { profile: own.profile, options: plain.options };
  return {
    dialect,
    document,
    documentText: text,
    operations,
    rate: own.rate ?? dialect.rates,
    setting: (tenantId) => (tenantId === undefined ? setting : (byTenant.get(tenantId) ?? setting)),
  };
}

async function importDialect(name: string, file: string): Promise<Dialect> {
  const module: { default?: unknown } = await import(pathToFileURL(file).href);
  if (!isDialect(module.default)) throw new Error(`dialect ${name}: ${file} exports no dialect by default`);
  if (module.default.name !== name) {
    throw new Error(`dialect ${name}: ${file} calls itself ${module.default.name}`);
  }
  return module.default;
}

function isDialect(value: unknown): value is Dialect {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'operations' in value &&
    typeof value.operations === 'object' &&
    'renderProblem' in value &&
    typeof value.renderProblem === 'function'
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

/** Fills in defaults and finds what the schema does not hold; `placeOf` tells where the settings have the named option, or all of them. */
async function checkedOptions(
  { optionsSchema }: Dialect,
  options: JsonObject,
  placeOf: (option: string | undefined) => string,
): Promise<{ readonly options: object; readonly faults: readonly SettingsFault[] }> {
  const copy: Record<string, unknown> = structuredClone(options);
  const found = await schemaFaults(optionsSchema, copy);
  const faults = found.map((fault) => {
    const unknown: unknown = fault.params.additionalProperty;
    const option = fault.instancePath.split('/')[1] ?? (typeof unknown === 'string' ? unknown : undefined);
    return schemaFault({ ...fault, instancePath: `${placeOf(option)}${fault.instancePath}` });
  });
  return { options: copy, faults };
}
