import type { TSchema } from '@sinclair/typebox';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonObject } from '../domain/index.ts';
import type { ValueOf } from './schema-parts.ts';

/** Compiles a check that finds every fault of a value; it fills in the value's defaults. */
export function compileCheck<S extends TSchema>(schema: S): ValidateFunction<ValueOf<S>> {
  return createAjv().compile<ValueOf<S>>(schema);
}

/** Fills in a value's defaults and finds every fault of it. */
export function schemaFaults(schema: JsonObject, value: unknown): readonly ErrorObject[] {
  const check = createAjv().compile(schema);
  return check(value) ? [] : (check.errors ?? []);
}

function createAjv(): Ajv2020 {
  return new Ajv2020({
    useDefaults: true,
    strict: false,
    strictNumbers: true,
    validateSchema: false,
    allErrors: true,
    verbose: true,
    discriminator: true,
  });
}
