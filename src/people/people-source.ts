import type { Subject } from '../domain/index.ts';

/**
 * The result of looking a name up in a source of people. `ambiguous`: two people share the name, so it leads
 * to neither. `erased`: its person was erased, and the name must not make a new one. `undefined`: this source
 * does not know the name; another one may.
 */
export type Found = Subject | 'ambiguous' | 'erased' | undefined;

/** One source of people: the settings, the record store, or a company's own user service. */
export interface PeopleSource {
  byAlias(tenant: string, dialect: string, id: string): Promise<Found>;
  byIdentifier(tenant: string, name: string, value: string): Promise<Found>;
  byKey(tenant: string, key: string): Promise<Found>;
  /** Every person of the tenant; absent where the source cannot tell. */
  list?(tenant: string): AsyncIterable<Subject>;
  /**
   * Whether another person has the subject's key: not the one whom the subject's id in its dialect names. A source
   * that gives people no keys lacks this.
   */
  isTaken?(subject: Subject): Promise<boolean>;
  /** Makes a person of a subject that was made from an id, where the source stores people. Idempotent. */
  admit?(subject: Subject): Promise<void>;
}
