/** The part of a structured log that credentials need. Text that a caller presented is never logged. */
export interface CredentialLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}
