import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** Compiles the schemas of OpenAPI 3.1 documents. */
export interface SchemaCompiler {
  compile(schema: unknown): ValidateFunction;
}

/** One compiler per document, so that equal names in two documents never meet. */
export function createSchemaCompiler(): SchemaCompiler {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true, logger: false });
  addFormats.default(ajv);
  return {
    compile: (schema) => ajv.compile(typeof schema === 'object' && schema !== null ? schema : {}),
  };
}
