import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Dialect, DialectSetting, JsonObject, RatePolicy } from '../domain/index.ts';
import { projectFiles } from '../prepared/project-files.ts';
import { schemaFaults } from '../prepared/schema-faults.ts';
import type { DialectSettings, Settings } from '../settings/settings.ts';
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
 * Loads the dialects that the settings name, in their order, and no others. Throws where a folder or document is missing,
 * where document and code name different operations, or where options do not hold against the dialect's schema.
 */
export async function loadDialects(
  settings: Pick<Settings, 'dialects' | 'tenants'>,
): Promise<readonly LoadedDialect[]> {
  return Promise.all(
    Object.entries(settings.dialects).map(([name, own]) => loadDialect(name, own, settings.tenants)),
  );
}

async function loadDialect(
  name: string,
  own: DialectSettings,
  tenants: Settings['tenants'],
): Promise<LoadedDialect> {
  const { root, code } = projectFiles();
  const folder = own.folder ?? join(code, 'dialects', name);
  const [dialect, { document, text }] = await Promise.all([
    importDialect(name, folder),
    loadDocument(own.document ?? join(root, 'openapi', `${name}.yaml`)),
  ]);
  const operations = operationsOf(document);
  requireSameOperations(name, operations, dialect);

  const plain: DialectSetting<object> = {
    profile: own.profile,
    options: await checkedOptions(dialect, own.options, 'its own options'),
  };
  const byTenant = new Map<string, DialectSetting<object>>();
  for (const tenant of tenants) {
    const extra = tenant.dialects[name]?.options;
    if (!extra) continue;
    const merged = { ...own.options, ...extra };
    const options = await checkedOptions(dialect, merged, `the options of tenant ${tenant.id}`);
    byTenant.set(tenant.id, { profile: own.profile, options });
  }
  return {
    dialect,
    document,
    documentText: text,
    operations,
    rate: own.rate ?? dialect.rates,
    setting: (tenantId) => (tenantId === undefined ? plain : (byTenant.get(tenantId) ?? plain)),
  };
}

async function importDialect(name: string, folder: string): Promise<Dialect> {
  const file = ['index.ts', 'index.js'].map((base) => join(folder, base)).find((path) => existsSync(path));
  if (!file) throw new Error(`dialect ${name}: there is no index.ts or index.js in ${folder}`);
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

/** Fills in defaults and refuses what the schema does not hold. */
async function checkedOptions(
  { name, optionsSchema }: Dialect,
  options: JsonObject,
  whose: string,
): Promise<object> {
  const copy: Record<string, unknown> = structuredClone(options);
  const faults = await schemaFaults(optionsSchema, copy);
  if (faults.length === 0) return copy;
  const texts = faults.map(({ instancePath, message, params }) => {
    const unknown: unknown = params.additionalProperty;
    const property = typeof unknown === 'string' ? `: ${unknown}` : '';
    return `${instancePath || 'the whole'} ${message ?? ''}${property}`;
  });
  throw new Error(`dialect ${name}: ${whose}: ${texts.join('; ')}`);
}
