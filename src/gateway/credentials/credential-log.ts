/** The part of a structured log that credentials need. Nothing that a caller presented ever goes there. */
export interface CredentialLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}
