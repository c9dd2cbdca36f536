import type { ErrorObject } from 'ajv';
import { hintAt } from './nearest-name.ts';

/** A schema fault in words that say what was expected; names the nearest known key for an unknown one. */
export function explainFault(fault: ErrorObject): string {
  const at = fault.instancePath === '' ? 'the settings' : fault.instancePath.slice(1).replaceAll('/', '.');
  switch (fault.keyword) {
    case 'additionalProperties': {
      const unknown = String(fault.params.additionalProperty);
      const known = Object.keys((fault.parentSchema?.properties ?? {}) as object);
      return `${at}: there is no setting "${unknown}"; ${hintAt(unknown, known)}`;
    }
    case 'required':
      return `${at}: "${String(fault.params.missingProperty)}" is missing`;
    case 'enum':
      return `${at}: expected one of ${(fault.params.allowedValues as unknown[]).join(', ')}`;
    case 'pattern':
      return `${at}: does not match ${String(fault.params.pattern)}`;
    default:
      return `${at}: ${fault.message ?? fault.keyword}`;
  }
}

/** Faults that only repeat another one: an `if` that did not hold says nothing by itself. */
export function isEcho({ keyword }: ErrorObject): boolean {
  return keyword === 'if' || keyword === 'allOf' || keyword === 'propertyNames';
}
