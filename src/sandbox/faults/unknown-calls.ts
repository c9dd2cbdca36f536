import { hintAt } from '../../settings/nearest-name.ts';
import type { FaultPlan } from './fault-plan.ts';

/** The operations that can be called, by dialect. */
export type KnownOperations = Readonly<Record<string, readonly string[]>>;

/**
 * Names the plan whose dialect or operation does not exist. Such a fault would never happen, and a test that
 * needs it would pass.
 */
export function unknownCall(plans: readonly FaultPlan[], known: KnownOperations): string | undefined {
  const told = plans.flatMap(({ match: { dialect, operationId } = {} }, index) => {
    if (dialect !== undefined && !Object.hasOwn(known, dialect)) {
      return `/${index}/match/dialect: there is no dialect "${dialect}"; ${hintAt(dialect, Object.keys(known))}`;
    }
    const operations = dialect === undefined ? [...new Set(Object.values(known).flat())] : known[dialect];
    if (operationId === undefined || operations?.includes(operationId)) return [];
    const where = dialect === undefined ? '' : ` in ${dialect}`;
    return `/${index}/match/operationId: there is no operation "${operationId}"${where}; ${hintAt(operationId, operations ?? [])}`;
  });
  return told.length > 0 ? told.join('\n') : undefined;
}
