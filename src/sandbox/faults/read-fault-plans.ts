import type { ErrorObject } from 'ajv';
import { createSchemaCompiler } from '../../gateway/validation/schema-compiler.ts';
import { hintAt } from '../../settings/nearest-name.ts';
import type { FaultPlan } from './fault-plan.ts';
import { SAMPLE_PROBLEMS } from './sample-problems.ts';

const positive = { type: 'integer', minimum: 1 } as const;
const text = { type: 'string', minLength: 1 } as const;
const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS'];

const match = {
  dialect: text,
  operationId: text,
  method: { enum: [...METHODS, ...METHODS.map((method) => method.toLowerCase())] },
  path: { type: 'string', pattern: '^/' },
};

const fault = {
  problem: { enum: Object.keys(SAMPLE_PROBLEMS) },
  latencyMs: { type: 'integer', minimum: 0, maximum: 600_000 },
  cutAfterBytes: { type: 'integer', minimum: 0 },
  bytesPerSecond: positive,
  stale: { type: 'boolean' },
};

const plan = {
  match: { type: 'object', additionalProperties: false, properties: match },
  at: { type: ['integer', 'array'], minimum: 1, minItems: 1, items: positive },
  ...fault,
};

const validate = createSchemaCompiler().compile({
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    properties: plan,
  },
});

/**
 * Reads data from outside as fault plans. A text names the property that is wrong, and lists what is allowed
 * there.
 */
export function readFaultPlans(value: unknown): readonly FaultPlan[] | string {
  if (!areFaultPlans(value)) {
    const [first] = validate.errors ?? [];
    return first ? explain(first) : 'no fault plans';
  }
  const idle = value.findIndex((one) => !Object.keys(fault).some((member) => Object.hasOwn(one, member)));
  if (idle < 0) return value;
  return `/${idle}: nothing goes wrong in it; it needs one of ${Object.keys(fault).join(', ')}`;
}

function areFaultPlans(value: unknown): value is readonly FaultPlan[] {
  return validate(value);
}

function explain({ instancePath, keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'additionalProperties': {
      const unknown = String(params.additionalProperty);
      const known = Object.keys(instancePath.endsWith('/match') ? match : plan);
      return `${instancePath}/${unknown}: there is no such property; ${hintAt(unknown, known)}`;
    }
    case 'enum': {
      const allowed: unknown = params.allowedValues;
      return `${instancePath}: must be one of ${Array.isArray(allowed) ? allowed.join(', ') : ''}`;
    }
    default:
      return `${instancePath} ${message ?? keyword}`;
  }
}
