import { createRequire } from 'node:module';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import type * as AjvModule from 'ajv/dist/2020.js';
import type FormatsModule from 'ajv-formats';

/** Holds a value against a schema; `errors` says what did not fit in the last value. */
export interface SchemaCheck {
  (value: unknown): boolean;
  errors?: readonly ErrorObject[];
}

/** Compiles the schemas of OpenAPI 3.1 documents. */
export interface SchemaCompiler {
  /** A check that is compiled once: at its first use, or by `warmUp`, whichever comes first. */
  compile(schema: unknown): SchemaCheck;
  /**
   * Compiles what is still to be compiled, one schema at a turn, so that a gateway answers from the start and no later request waits for a
   * compiler. Throws where a schema is none.
   */
  warmUp(): Promise<void>;
}

const load = createRequire(import.meta.url);

/** Loaded with the first schema that is compiled, which is after the gateway listens; not in an `import()`, for checks do not wait. */
function createAjv(): Ajv {
  const { Ajv2020 } = load('ajv/dist/2020.js') as typeof AjvModule;
  const addFormats = load('ajv-formats') as typeof FormatsModule;
  return addFormats.default(
    new Ajv2020({ strict: false, validateSchema: false, allErrors: false, logger: false }),
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
