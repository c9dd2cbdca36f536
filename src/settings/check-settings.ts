import { isDemoSecret } from './demo-secrets.ts';
import type { Settings } from './settings.ts';
import type { SettingsFault } from './settings-fault.ts';

/** The settings as the file has them, before paths are made absolute. */
export type CheckedSettings = Settings & { readonly demo: boolean };

/** Where a demo may listen. */
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** Finds what the schema cannot: names that lead nowhere, people known twice, secrets where they do not belong. */
export function findFaults(
  settings: CheckedSettings,
  plainInFile: (pointer: string) => boolean,
): SettingsFault[] {
  return [
    ...unknownDialects(settings),
    ...unknownBackends(settings),
    ...oddBrownOuts(settings),
    ...repeated(settings),
    ...(settings.demo ? demoFaults(settings) : productionFaults(settings, plainInFile)),
  ];
}

function unknownDialects({ dialects, tenants }: CheckedSettings): SettingsFault[] {
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

function unknownBackends({ migration, tenants, dialects }: CheckedSettings): SettingsFault[] {
  const names = { tenant: tenants.map(({ id }) => id), dialect: Object.keys(dialects) };
  const fault = (pointer: string, what: 'tenant' | 'dialect', name: string | undefined) =>
    name === undefined || names[what].includes(name)
      ? []
      : [{ pointer, message: `there is no ${what} "${name}" in the settings (${names[what].join(', ')})` }];
  return (migration?.backends ?? []).flatMap(({ tenant, dialect, speaks }, b) => [
    ...fault(`/migration/backends/${b}/tenant`, 'tenant', tenant),
    ...fault(`/migration/backends/${b}/dialect`, 'dialect', dialect),
    ...fault(`/migration/backends/${b}/speaks`, 'dialect', speaks),
  ]);
}

function oddBrownOuts({ brownOuts, dialects }: CheckedSettings): SettingsFault[] {
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

function repeated({ tenants, downloads }: CheckedSettings): SettingsFault[] {
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
    ...tenant.subjects.flatMap(({ id, aliases }, s) => [
      { what: `subject of tenant ${tenant.id}`, value: id, pointer: `/tenants/${t}/subjects/${s}/id` },
      ...Object.entries(aliases).map(([dialect, alias]) => ({
        what: `${dialect} id of tenant ${tenant.id}`,
        value: alias,
        pointer: `/tenants/${t}/subjects/${s}/aliases/${dialect}`,
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

function demoFaults({ listen }: CheckedSettings): SettingsFault[] {
  if (LOOPBACK.includes(listen.host)) return [];
  return [
    {
      pointer: '/listen/host',
      message: `demo settings listen on this machine alone (${LOOPBACK.join(', ')})`,
    },
  ];
}

function productionFaults(
  { tenants }: CheckedSettings,
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
