import type { LoadedDialect } from './gateway/dialect-registry.ts';
import type { DemoGuide } from './settings/demo-guide.ts';

/** Whether the dialect's document marks the operation as deprecated. */
export function isDeprecated(dialects: readonly LoadedDialect[], name: string, operationId: string): boolean {
  const loaded = dialects.find(({ dialect }) => dialect.name === name);
  return (
    loaded?.operations.some((one) => one.operationId === operationId && one.operation.deprecated === true) ??
    false
  );
}

/** The facts about each dialect for the documentation. */
export function docsOf(dialects: readonly LoadedDialect[], guide: DemoGuide) {
  return dialects.map(({ dialect: { name, title }, setting, operations }) => {
    const demo = guide[name];
    return {
      name,
      title,
      profile: setting().profile,
      deprecated: operations.filter(({ operation }) => operation.deprecated).length,
      ...(demo ? { demo } : {}),
    };
  });
}

/** The requests with which a page reads the demo's person in each dialect that is served here. */
export function readsOf(dialects: readonly LoadedDialect[], guide: DemoGuide): object | undefined {
  const entries = dialects.flatMap(({ dialect: { name } }) => {
    const entry = guide[name];
    return entry
      ? [[name, { headers: entry.headers, reads: entry.reads, picture: entry.picture }] as const]
      : [];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
