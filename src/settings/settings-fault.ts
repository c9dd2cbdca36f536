import type { ErrorObject } from 'ajv';
import { explainFault } from './explain-fault.ts';
import { SettingsError } from './settings-error.ts';

/** A mistake, and where the settings have it. */
export interface SettingsFault {
  /** JSON pointer into the settings. */
  readonly pointer: string;
  /** The key is wrong, not what stands under it. */
  readonly ofKey?: boolean;
  readonly message: string;
}

/** Where things stand in the settings file: `file:line:column` of what a JSON pointer leads to, or of the nearest thing around it. */
export interface SettingsPlaces {
  placeOf(pointer: string): string;
  /** The same of the key. */
  placeOfKey(pointer: string): string;
}

/** What a schema found, as a fault of the settings. */
export function schemaFault(fault: ErrorObject): SettingsFault {
  const { instancePath, keyword, params } = fault;
  const message = explainFault(fault);
  return keyword === 'additionalProperties'
    ? { pointer: `${instancePath}/${pointerStep(String(params.additionalProperty))}`, ofKey: true, message }
    : { pointer: instancePath, message };
}

/** A name as a step of a JSON pointer. */
export function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Throws `SettingsError` with a line for each fault, if there is any. Settings that come from no file have no places. */
export function refuseFaults(faults: readonly SettingsFault[], places?: SettingsPlaces): void {
  if (faults.length === 0) return;
  const lines = faults.map(({ pointer, ofKey, message }) => {
    const place = ofKey ? places?.placeOfKey(pointer) : places?.placeOf(pointer);
    return place === undefined ? message : `${place}: ${message}`;
  });
  throw new SettingsError(lines.join('\n'));
}
