import type { Principal, Subject, SubjectDirectory, SubjectReference } from '../domain/index.ts';

/** Whom a caller's reference means: in the caller's tenant, by the caller's dialect where it is an alias. */
export async function findSubject(
  directory: SubjectDirectory,
  reference: SubjectReference,
  { tenant, dialect, subject }: Pick<Principal, 'tenant' | 'dialect' | 'subject'>,
): Promise<Subject | undefined> {
  switch (reference.kind) {
    case 'alias':
      return directory.byAlias(tenant, dialect, reference.id);
    case 'identifier':
      return directory.byIdentifier(tenant, reference.name, reference.value);
    case 'caller':
      return subject === undefined ? undefined : directory.byAlias(tenant, dialect, subject);
    case 'key':
      return directory.byKey(tenant, reference.key);
  }
}
