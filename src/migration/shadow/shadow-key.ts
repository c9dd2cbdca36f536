import { createHash } from 'node:crypto';
import type { Subject, SubjectDirectory } from '../../domain/index.ts';

/**
 * The key of a shadow subject, and back again: the dialect's mask changes every digit of the real key
 * (docs/decisions/0902).
 */
export function shadowKey(dialect: string, key: string): string {
  const mask = createHash('sha256').update(`shadow\0${dialect}`).digest('hex');
  return Array.from(key, (digit, at) =>
    (Number.parseInt(digit, 16) ^ Number.parseInt(mask[at] ?? '0', 16)).toString(16),
  ).join('');
}

/** The same people under shadow keys. */
export function createShadowDirectory(dialect: string, directory: SubjectDirectory): SubjectDirectory {
  const toShadow = (subject: Subject | undefined) =>
    subject && { ...subject, key: shadowKey(dialect, subject.key) };
  return {
    byAlias: async (tenant, name, id) => toShadow(await directory.byAlias(tenant, name, id)),
    byIdentifier: async (tenant, name, value) => toShadow(await directory.byIdentifier(tenant, name, value)),
    byKey: async (tenant, key) => toShadow(await directory.byKey(tenant, shadowKey(dialect, key))),
  };
}
