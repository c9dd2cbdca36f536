import type { CredentialScheme, Dialect } from '../domain/index.ts';
import type { BrownOutSettings } from '../settings/brown-out-settings.ts';
import type { LoadedSettings } from '../settings/load-settings.ts';
import { hintAt } from '../settings/nearest-name.ts';
import type { CredentialSettings, Settings, TenantSettings } from '../settings/settings.ts';
import type { SettingsFault } from '../settings/settings-fault.ts';
import type { LoadedDialect } from './dialect-registry.ts';

/**
 * Every scope that an operation of the dialect asks for, from all callers or only from those who act for
 * others.
 */
export function scopesOf({ operations }: Pick<Dialect, 'operations'>): string[] {
  const asked = Object.values(operations).flatMap(({ access }) => [
    ...(access.scopes ?? []),
    ...(access.scopesForOthers ?? []),
  ]);
  return [...new Set(asked)];
}

/** The fault where a dialect asks for no such scope; `undefined` where it does. */
export function unknownScope(dialect: Dialect, scope: string): string | undefined {
  const known = scopesOf(dialect);
  return known.includes(scope)
    ? undefined
    : `${dialect.name} asks for no scope "${scope}"; ${hintAt(scope, known)}`;
}

/** The kinds of credentials in the settings that a dialect can carry, by its schemes. */
const KINDS_BY_SCHEME = {
  basic: ['basic'],
  'header-key': ['key'],
  bearer: ['key', 'jwt-secret', 'jwt-issuer'],
  'issued-token': ['client'],
} satisfies Record<CredentialScheme['kind'], readonly CredentialSettings['kind'][]>;

/** Faults, which are certain mistakes, and warnings, which are probable ones. */
export interface SettingsFindings {
  readonly faults: readonly SettingsFault[];
  readonly warnings: readonly SettingsFault[];
}

/**
 * Compares the settings with the dialects that they name: operations of brown-outs, scopes, kinds and
 * subjects of credentials. A name that does not fit would have no effect, and the operator would notice too
 * late. Dialects that are not loaded are not checked.
 */
export function checkAgainstDialects(
  {
    brownOuts,
    tenants,
    demo = false,
  }: Pick<Settings, 'brownOuts' | 'tenants'> & Partial<Pick<LoadedSettings, 'demo'>>,
  loaded: readonly LoadedDialect[],
): SettingsFindings {
  const byName = new Map(loaded.map(({ dialect }) => [dialect.name, dialect]));
  const credentials = tenants.flatMap((tenant, t) =>
    tenant.credentials.flatMap((credential, c) => {
      const dialect = byName.get(credential.dialect);
      const at = `tenants.${t}.credentials.${c}`;
      return dialect ? [{ tenant, credential, dialect, at, pointer: `/tenants/${t}/credentials/${c}` }] : [];
    }),
  );
  return {
    faults: [
      ...brownOuts.flatMap((brownOut, b) => unknownOperations(brownOut, b, byName.get(brownOut.dialect))),
      ...credentials.flatMap(unknownScopes),
      ...credentials.flatMap(unusableKind),
    ],
    warnings: [
      ...credentials.flatMap(unknownSubject),
      ...credentials.flatMap(tokensWithoutScopes),
      ...(demo ? [] : tenants.flatMap(peopleOfAnyId)),
    ],
  };
}

interface PlacedCredential {
  readonly tenant: TenantSettings;
  readonly credential: CredentialSettings;
  readonly dialect: Dialect;
  readonly at: string;
  readonly pointer: string;
}

function unknownOperations(
  { dialect, operations }: BrownOutSettings,
  b: number,
  named: Dialect | undefined,
): SettingsFault[] {
  if (!named) return [];
  const known = Object.keys(named.operations);
  return operations.flatMap((operation, o) =>
    known.includes(operation)
      ? []
      : [
          {
            pointer: `/brownOuts/${b}/operations/${o}`,
            message: `brownOuts.${b}: ${dialect} has no operation "${operation}"; ${hintAt(operation, known)}`,
          },
        ],
  );
}

function unknownScopes({ credential, dialect, at, pointer }: PlacedCredential): SettingsFault[] {
  return credential.scopes.flatMap((scope, s) => {
    const message = unknownScope(dialect, scope);
    return message === undefined ? [] : [{ pointer: `${pointer}/scopes/${s}`, message: `${at}: ${message}` }];
  });
}

function unusableKind({ credential: { kind }, dialect, at, pointer }: PlacedCredential): SettingsFault[] {
  const kinds: readonly string[] = dialect.credentials.flatMap((scheme) => KINDS_BY_SCHEME[scheme.kind]);
  if (kinds.includes(kind)) return [];
  const message = `${at}: ${dialect.name} carries no credential of kind "${kind}"; ${hintAt(kind, kinds)}`;
  return [{ pointer: `${pointer}/kind`, message }];
}

/** The ids of people who are created at their first upload cannot be known before it. */
function unknownSubject({ tenant, credential, dialect, at, pointer }: PlacedCredential): SettingsFault[] {
  const { subject } = credential;
  if (subject === undefined || !tenant.strictSubjects) return [];
  if (tenant.subjects.some(({ aliases }) => aliases[dialect.name] === subject)) return [];
  const message = `${at}: no subject of tenant ${tenant.id} has the ${dialect.name} id "${subject}"`;
  return [{ pointer: `${pointer}/subject`, message }];
}

/**
 * Accepting unknown ids is useful while a directory is being filled. Afterwards a mistyped id creates a
 * person whose pictures no one looks up.
 */
function peopleOfAnyId({ id, strictSubjects }: TenantSettings, t: number): SettingsFault[] {
  if (strictSubjects) return [];
  const message = `tenants.${t}: with strictSubjects: false every id that a caller of tenant ${id} uploads to becomes a person; once its people are known (polyface people import) it should be true`;
  return [{ pointer: `/tenants/${t}/strictSubjects`, message }];
}

function tokensWithoutScopes({ credential, dialect, at, pointer }: PlacedCredential): SettingsFault[] {
  const isToken = credential.kind === 'jwt-issuer' || credential.kind === 'jwt-secret';
  const asked = scopesOf(dialect);
  if (!isToken || credential.scopes.length > 0 || asked.length === 0) return [];
  const message = `${at}: a token can have no scope that is not in "scopes", and ${dialect.name} asks for ${asked.join(', ')}`;
  return [{ pointer, message }];
}
