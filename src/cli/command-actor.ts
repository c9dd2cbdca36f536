import { userInfo } from 'node:os';

/** The user who runs this command, for the audit log. */
export function commandActor(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    // A container may run under a user number that has no name.
    return `cli:${process.getuid?.() ?? 'unknown'}`;
  }
}
