import type { Dialect } from '../domain/index.ts';
import { hintAt } from '../settings/nearest-name.ts';
import type { Settings } from '../settings/settings.ts';
import type { SettingsFault } from '../settings/settings-fault.ts';
import type { LoadedDialect } from './dialect-registry.ts';

/** Every scope that an operation of the dialect asks for, from anybody or from whoever acts for others. */
export function scopesOf({ operations }: Pick<Dialect, 'operations'>): string[] {
  const asked = Object.values(operations).flatMap(({ access }) => [
    ...(access.scopes ?? []),
    ...(access.scopesForOthers ?? []),
  ]);
  return [...new Set(asked)];
}

/** Says that a dialect asks for no such scope, or nothing where it does. */
export function unknownScope(dialect: Dialect, scope: string): string | undefined {
  const known = scopesOf(dialect);
  return known.includes(scope)
    ? undefined
    : `${dialect.name} asks for no scope "${scope}"; ${hintAt(scope, known)}`;
}

/**
 * What the settings name and no dialect has: operations of brown-outs, scopes of credentials. Either would do nothing, and nobody would notice
 * before the day on which it should have. To be asked once the dialects are loaded; dialects that are not are none of its business.
 */
export function unknownNames(
  { brownOuts, tenants }: Pick<Settings, 'brownOuts' | 'tenants'>,
  loaded: readonly LoadedDialect[],
): SettingsFault[] {
  const byName = new Map(loaded.map(({ dialect }) => [dialect.name, dialect]));
  return [
    ...brownOuts.flatMap(({ dialect, operations }, b) => {
      const named = byName.get(dialect);
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
    }),
    ...tenants.flatMap(({ credentials }, t) =>
      credentials.flatMap(({ dialect: name, scopes }, c) => {
        const dialect = byName.get(name);
        if (!dialect) return [];
        return scopes.flatMap((scope, s) => {
          const told = unknownScope(dialect, scope);
          const pointer = `/tenants/${t}/credentials/${c}/scopes/${s}`;
          return told === undefined ? [] : [{ pointer, message: `tenants.${t}.credentials.${c}: ${told}` }];
        });
      }),
    ),
  ];
}
