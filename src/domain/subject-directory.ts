import type { Subject } from './subject.ts';

/** Finds people. Each place that keeps people has its own implementation. */
export interface SubjectDirectory {
  /**
   * Finds a person by the id that a dialect uses. An unknown id gives `undefined` when subjects are strict,
   * else a `provisional` subject made from the id. The id of a person who was erased always gives
   * `undefined`.
   */
  byAlias(tenant: string, dialect: string, id: string): Promise<Subject | undefined>;
  /**
   * Finds a person by a further identifier (`email`, `mobile`, `externalId`, …). Values compare exactly,
   * e-mail without regard to case. Where two people share the value, it gives `undefined` and logs a line.
   */
  byIdentifier(tenant: string, name: string, value: string): Promise<Subject | undefined>;
  /** Finds a person by `Subject.key`. For a person who was merged away: the survivor. */
  byKey(tenant: string, key: string): Promise<Subject | undefined>;
  /**
   * Every person of the tenant; one whom two sources know may come twice. `undefined` where that cannot be
   * told: a source cannot be listed, or the tenant's subjects are made from ids.
   */
  list?(tenant: string): AsyncIterable<Subject> | undefined;
  /** Makes a person of a `provisional` subject, before something is stored for them. Idempotent. */
  admit?(subject: Subject): Promise<void>;
}
