import { comparable, identifiersOf } from '../domain/index.ts';
import { readAddressRanges } from './address-ranges.ts';
import { isDemoSecret } from './demo-secrets.ts';
import type { BackendSettings } from './migration-settings.ts';
import type { SettingsFile } from './settings.ts';
import type { SettingsFault } from './settings-fault.ts';

/** Addresses on which a demo may listen. */
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/**
 * Finds faults that the schema cannot find: names that lead nowhere, people known twice, secrets in the wrong
 * place.
 */
export function findFaults(
  settings: SettingsFile,
  plainInFile: (pointer: string) => boolean,
): SettingsFault[] {
  return [
    ...unknownDialects(settings),
    ...unknownBackends(settings),
    ...overlappingPicturePaths(settings),
    ...oddBrownOuts(settings),
    ...oddProxies(settings),
    ...findRepeatedNames(settings),
    ...(settings.demo ? demoFaults(settings) : productionFaults(settings, plainInFile)),
  ];
}

function unknownDialects({ dialects, tenants }: SettingsFile): SettingsFault[] {
  const known = Object.keys(dialects);
  const fault = (pointer: string, dialect: string) =>
    known.includes(dialect)
      ? []
      : [
          {
            pointer,
            message: `there is no dialect "${dialect}" among the settings' dialects (${known.join(', ')})`,
          },
        ];
  return tenants.flatMap((tenant, t) => [
    ...Object.keys(tenant.dialects).flatMap((dialect) => fault(`/tenants/${t}/dialects/${dialect}`, dialect)),
    ...tenant.credentials.flatMap(({ dialect }, c) =>
      fault(`/tenants/${t}/credentials/${c}/dialect`, dialect),
    ),
    ...tenant.subjects.flatMap(({ aliases }, s) =>
      Object.keys(aliases).flatMap((dialect) =>
        fault(`/tenants/${t}/subjects/${s}/aliases/${dialect}`, dialect),
      ),
    ),
  ]);
}

function unknownBackends({ migration, tenants, dialects, people }: SettingsFile): SettingsFault[] {
  const names = { tenant: tenants.map(({ id }) => id), dialect: Object.keys(dialects) };
  const fault = (pointer: string, what: 'tenant' | 'dialect', name: string | undefined) =>
    name === undefined || names[what].includes(name)
      ? []
      : [{ pointer, message: `there is no ${what} "${name}" in the settings (${names[what].join(', ')})` }];
  return (migration?.backends ?? []).flatMap(({ tenant, dialect, speaks, ...backend }, b) => [
    ...credentialFaults(backend, `/migration/backends/${b}`),
    ...(backend.learn.length > 0 && !people.directories.some(({ kind }) => kind === 'records')
      ? [
          {
            pointer: `/migration/backends/${b}/learn`,
            message: 'needs the directory records among people.directories: no other can be changed',
          },
        ]
      : []),
    ...fault(`/migration/backends/${b}/tenant`, 'tenant', tenant),
    ...fault(`/migration/backends/${b}/dialect`, 'dialect', dialect),
    ...fault(`/migration/backends/${b}/speaks`, 'dialect', speaks),
  ]);
}

/** A backend that sees only the gateway's credential cannot tell anonymous callers from people. */
function credentialFaults(
  {
    passCredential,
    takesUnknown,
    credential,
  }: Pick<BackendSettings, 'passCredential' | 'takesUnknown' | 'credential'>,
  pointer: string,
): SettingsFault[] {
  if (passCredential) return [];
  return [
    ...(takesUnknown
      ? [
          {
            pointer: `${pointer}/takesUnknown`,
            message:
              'has to be false where passCredential is: otherwise callers whom the gateway does not know would reach the backend unauthenticated',
          },
        ]
      : []),
    ...(credential
      ? []
      : [{ pointer, message: 'needs a credential where passCredential is false: nothing else is sent' }]),
  ];
}

/**
 * A download below the paths of two backends would be sent to one of them, with a credential for the other.
 */
function overlappingPicturePaths({ migration }: SettingsFile): SettingsFault[] {
  const places = (migration?.backends ?? []).flatMap(({ baseUrl, picturePaths }, b) =>
    picturePaths.map((path, p) => ({
      path,
      base: (URL.parse(baseUrl)?.href ?? baseUrl).replace(/\/$/, ''),
      pointer: `/migration/backends/${b}/picturePaths/${p}`,
    })),
  );
  return places.flatMap(({ path, base, pointer }) =>
    places
      .filter((other) => other.base !== base)
      .filter((other) => path.startsWith(other.path) || other.path.startsWith(path))
      .map((other) => ({
        pointer,
        message: `"${path}" overlaps with "${other.path}" at ${other.pointer}, which leads to another backend`,
      })),
  );
}

function oddBrownOuts({ brownOuts, dialects }: SettingsFile): SettingsFault[] {
  return brownOuts.flatMap(({ dialect, from, until, repeatHours = Number.POSITIVE_INFINITY }, b) => {
    const pointer = `/brownOuts/${b}`;
    const hours = (Date.parse(until) - Date.parse(from)) / 3_600_000;
    return [
      ...(dialect in dialects
        ? []
        : [{ pointer: `${pointer}/dialect`, message: `there is no dialect "${dialect}" in the settings` }]),
      ...(hours > 0 ? [] : [{ pointer: `${pointer}/until`, message: 'the window ends before it begins' }]),
      ...(hours > repeatHours
        ? [{ pointer: `${pointer}/repeatHours`, message: 'the window comes again before it is over' }]
        : []),
    ];
  });
}

/** The pointer of an identifier that the profile provides. */
const PROFILE_PLACES: Readonly<Record<string, string>> = {
  email: 'profile/email',
  mobile: 'profile/phoneNumber',
};

function findRepeatedNames({ tenants, downloads }: SettingsFile): SettingsFault[] {
  const keys = downloads.keys.map(({ id }, k) => ({
    what: 'download key',
    value: id,
    pointer: `/downloads/keys/${k}/id`,
  }));
  const people = tenants.flatMap((tenant, t) => [
    { what: 'tenant', value: tenant.id, pointer: `/tenants/${t}/id` },
    ...tenant.credentials.map(({ id }, c) => ({
      what: `credential of tenant ${tenant.id}`,
      value: id,
      pointer: `/tenants/${t}/credentials/${c}/id`,
    })),
    ...tenant.subjects.flatMap(({ id, aliases, identifiers, profile }, s) => [
      { what: `subject of tenant ${tenant.id}`, value: id, pointer: `/tenants/${t}/subjects/${s}/id` },
      ...Object.entries(aliases).map(([dialect, alias]) => ({
        what: `${dialect} id of tenant ${tenant.id}`,
        value: alias,
        pointer: `/tenants/${t}/subjects/${s}/aliases/${dialect}`,
      })),
      ...identifiersOf({ identifiers, profile }).map(([name, value]) => ({
        what: `identifier ${name} of tenant ${tenant.id}`,
        value: comparable(name, value),
        pointer: `/tenants/${t}/subjects/${s}/${name in identifiers ? `identifiers/${name}` : PROFILE_PLACES[name]}`,
      })),
    ]),
  ]);
  const seen = new Set<string>();
  return [...keys, ...people].flatMap(({ what, value, pointer }) => {
    const key = `${what}\0${value}`;
    if (seen.has(key)) return [{ pointer, message: `the ${what} "${value}" is there twice` }];
    seen.add(key);
    return [];
  });
}

function oddProxies({ trustedProxies, admin }: SettingsFile): SettingsFault[] {
  const faults = (pointer: string, ranges: readonly string[]) =>
    ranges.flatMap((range, r) => {
      try {
        readAddressRanges([range]);
        return [];
      } catch (cause) {
        return [
          { pointer: `${pointer}/${r}`, message: cause instanceof Error ? cause.message : String(cause) },
        ];
      }
    });
  return [
    ...faults('/trustedProxies', trustedProxies),
    ...faults('/admin/auth/forwardAuth/proxies', admin?.auth.forwardAuth?.proxies ?? []),
  ];
}

function demoFaults({ listen }: SettingsFile): SettingsFault[] {
  if (LOOPBACK.includes(listen.host)) return [];
  return [
    {
      pointer: '/listen/host',
      message: `demo settings listen on this machine alone (${LOOPBACK.join(', ')})`,
    },
  ];
}

function productionFaults(
  { tenants }: SettingsFile,
  plainInFile: (pointer: string) => boolean,
): SettingsFault[] {
  return tenants.flatMap((tenant, t) =>
    tenant.credentials.flatMap((credential, c) => {
      const pointer = `/tenants/${t}/credentials/${c}/secret`;
      if (credential.kind === 'jwt-issuer') return [];
      if (credential.kind === 'jwt-secret') {
        return [
          ...plainFault(pointer, plainInFile),
          ...demoSecretFault(pointer, { plain: credential.secret }),
        ];
      }
      const { secret } = credential;
      if ('argon2id' in secret) return [];
      return [
        ...('plain' in secret ? plainFault(`${pointer}/plain`, plainInFile) : []),
        ...demoSecretFault(pointer, secret),
      ];
    }),
  );
}

function plainFault(pointer: string, plainInFile: (pointer: string) => boolean): SettingsFault[] {
  if (!plainInFile(pointer)) return [];
  return [{ pointer, message: 'a plain secret: take it from the environment (${NAME}), or store its hash' }];
}

function demoSecretFault(pointer: string, secret: Parameters<typeof isDemoSecret>[0]): SettingsFault[] {
  return isDemoSecret(secret) ? [{ pointer, message: "this is one of the demo's credentials" }] : [];
}
