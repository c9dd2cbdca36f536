import type { ErrorObject } from 'ajv';
import { explainFault } from './explain-fault.ts';
import { SettingsError } from './settings-error.ts';

/** A mistake in the settings and its place. */
export interface SettingsFault {
  /** JSON pointer into the settings. */
  readonly pointer: string;
  /** The key is wrong, not its value. */
  readonly ofKey?: boolean;
  readonly message: string;
}

/**
 * Places in the settings file: `file:line:column` of the value at a JSON pointer, or of the nearest value
 * around it.
 */
export interface SettingsPlaces {
  placeOf(pointer: string): string;
  /** The same for the key. */
  placeOfKey(pointer: string): string;
}

/** Turns a schema's fault into a fault of the settings. */
export function schemaFault(fault: ErrorObject): SettingsFault {
  const { instancePath, keyword, params } = fault;
  const message = explainFault(fault);
  if (keyword === 'additionalProperties')
    return {
      pointer: `${instancePath}/${pointerStep(String(params.additionalProperty))}`,
      ofKey: true,
      message,
    };
  if (keyword === 'discriminator') return { pointer: `${instancePath}/kind`, message };
  return { pointer: instancePath, message };
}

/** A name as a step of a JSON pointer. */
export function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * Throws `SettingsError` with a line for each fault, if there are any. Settings that do not come from a file
 * have no places.
 */
export function refuseFaults(faults: readonly SettingsFault[], places?: SettingsPlaces): void {
  if (faults.length === 0) return;
  throw new SettingsError(faults.map((fault) => describeFault(fault, places)).join('\n'));
}

/** A fault as one line: file, line, column and message. */
export function describeFault({ pointer, ofKey, message }: SettingsFault, places?: SettingsPlaces): string {
  const place = ofKey ? places?.placeOfKey(pointer) : places?.placeOf(pointer);
  return place === undefined ? message : `${place}: ${message}`;
}
