import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import type * as AjvModule from 'ajv/dist/2020.js';
import type FormatsModule from 'ajv-formats';

/** Checks a value against a schema. `errors` lists the faults of the last value. */
export interface SchemaCheck {
  (value: unknown): boolean;
  errors?: readonly ErrorObject[];
}

/** Compiles the schemas of OpenAPI 3.1 documents. */
export interface SchemaCompiler {
  /** A check that is compiled once, at its first use or by `warmUp`. */
  compile(schema: unknown): SchemaCheck;
  /**
   * Compiles the remaining schemas, one at a turn, so that a gateway answers from the start and later
   * requests need not wait for the compiler. Throws for an invalid schema.
   */
  warmUp(): Promise<void>;
}

const load = createRequire(import.meta.url);

/**
 * ajv is loaded with the first schema that is compiled, after the gateway listens. It is not loaded by
 * `import()`, because checks are synchronous.
 */
function createAjv(): Ajv {
  const { Ajv2020 } = load('ajv/dist/2020.js') as typeof AjvModule;
  const addFormats = load('ajv-formats') as typeof FormatsModule;
  return addFormats.default(
    new Ajv2020({
      strict: false,
      // JSON reads 1e999 as infinity, and no document allows that as a number.
      strictNumbers: true,
      validateSchema: false,
      allErrors: false,
      logger: false,
    }),
  );
}

/** One compiler per document, so that equal names in two documents never meet. */
export function createSchemaCompiler(): SchemaCompiler {
  let ajv: Ajv | undefined;
  const waiting = new Set<() => unknown>();

  const compileNow = (schema: unknown): ValidateFunction => {
    ajv ??= createAjv();
    return ajv.compile(typeof schema === 'object' && schema !== null ? schema : {});
  };

  return {
    compile(schema) {
      let compiled: ValidateFunction | undefined;
      const ready = () => {
        waiting.delete(ready);
        compiled ??= compileNow(schema);
        return compiled;
      };
      waiting.add(ready);
      const check: SchemaCheck = (value) => {
        const validate = ready();
        const holds = validate(value);
        check.errors = validate.errors ?? [];
        return holds;
      };
      return check;
    },
    async warmUp() {
      for (const ready of waiting) {
        await nextTurn();
        ready();
      }
    },
  };
}
