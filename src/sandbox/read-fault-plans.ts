import { createSchemaCompiler } from '../gateway/validation/schema-compiler.ts';
import type { FaultPlan } from './fault-plan.ts';
import { SAMPLE_PROBLEMS } from './sample-problems.ts';

const positive = { type: 'integer', minimum: 1 } as const;
const text = { type: 'string' } as const;

const schema = {
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    properties: {
      match: {
        type: 'object',
        additionalProperties: false,
        properties: { dialect: text, operationId: text, method: text, path: text },
      },
      at: { anyOf: [positive, { type: 'array', items: positive }] },
      problem: { enum: Object.keys(SAMPLE_PROBLEMS) },
      latencyMs: { type: 'integer', minimum: 0 },
      cutAfterBytes: { type: 'integer', minimum: 0 },
      bytesPerSecond: positive,
      stale: { type: 'boolean' },
    },
  },
};

const validate = createSchemaCompiler().compile(schema);

/** Takes data from outside as fault plans; a text says what is wrong with it. */
export function readFaultPlans(value: unknown): readonly FaultPlan[] | string {
  if (areFaultPlans(value)) return value;
  const [fault] = validate.errors ?? [];
  return `${fault?.instancePath ?? ''} ${fault?.message ?? 'no fault plans'}`;
}

function areFaultPlans(value: unknown): value is readonly FaultPlan[] {
  return validate(value);
}
