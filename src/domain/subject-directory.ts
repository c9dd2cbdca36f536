import type { Subject } from './subject.ts';

/** Finds people. The settings' `subjects` are the built-in directory; another one may look them up elsewhere. */
export interface SubjectDirectory {
  /** By the id that a dialect uses. Unknown ids are `undefined` when subjects are strict, else a subject made from the id. */
  byAlias(tenant: string, dialect: string, id: string): Promise<Subject | undefined>;
  /** By a further identifier (`email`, `mobile`, `externalId`, …); values compare exactly, e-mail without regard to case. */
  byIdentifier(tenant: string, name: string, value: string): Promise<Subject | undefined>;
  /** By `Subject.key`. */
  byKey(tenant: string, key: string): Promise<Subject | undefined>;
}
