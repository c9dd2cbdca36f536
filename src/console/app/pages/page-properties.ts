import type { Operator } from '../api-types.ts';

/** The properties of each page: the operator, and the part of the address after the page's name. */
export interface PageProperties {
  readonly operator: Operator;
  readonly path: readonly string[];
}

/** Whether the operator may decide who may do what. */
export function mayDecide({ role }: Operator): boolean {
  return role === 'admin';
}

/** Whether the operator may change things. */
export function mayOperate({ role }: Operator): boolean {
  return role !== 'read';
}
