import { ADMIN_ROLES } from '../settings/admin-settings.ts';

/** One of the roles. */
export type AdminRole = (typeof ADMIN_ROLES)[number];

/** The signed-in operator, and the way of signing in. */
export interface Operator {
  /** For the audit log: `token:<id>`, `oidc:<subject>`, `proxy:<user>`, `link`. */
  readonly name: string;
  readonly role: AdminRole;
}

/** Whether the role includes what is needed. */
export function includesRole(role: AdminRole, needed: AdminRole): boolean {
  return ADMIN_ROLES.indexOf(role) >= ADMIN_ROLES.indexOf(needed);
}

/** Whether a text names a role. */
export function isAdminRole(text: unknown): text is AdminRole {
  return ADMIN_ROLES.some((role) => role === text);
}
