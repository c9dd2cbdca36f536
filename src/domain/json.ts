/** Any JSON value, plus {@link BareNumber} for integers that a JavaScript number cannot hold. */
export type Json = string | number | boolean | null | BareNumber | readonly Json[] | JsonObject;

/** A JSON object. Key order is kept on the wire, so build objects in the order the contract prints. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/**
 * An integer that is printed bare in JSON although it may lie past 2^53.
 * Smartsheet user ids do (wire/smartsheet.md): inside they stay decimal strings.
 */
export class BareNumber {
  readonly digits: string;

  constructor(digits: string) {
    if (!/^-?(0|[1-9]\d*)$/.test(digits)) throw new TypeError('a bare number is a decimal integer');
    this.digits = digits;
  }
}

declare global {
  interface JSON {
    /** ECMAScript "JSON.parse source text access": a value that `JSON.stringify` prints as the given text. */
    rawJSON(text: string): unknown;
  }
}

/** The compact JSON text of a value; leaves out `undefined` members, prints every {@link BareNumber} bare. */
export function jsonText(value: Json): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member instanceof BareNumber ? JSON.rawJSON(member.digits) : member,
  );
}

/** Whether a value is a JSON object: no list, no `null`, no {@link BareNumber}. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof BareNumber)
  );
}

/** Whether a value is a JSON list. */
export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
