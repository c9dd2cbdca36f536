import type { JsonObject } from '../domain/index.ts';

/** A scheduled window in which calls are refused, so that callers who have not moved yet notice. */
export interface BrownOutSettings {
  readonly dialect: string;
  /** operationIds; empty: all of the dialect's. */
  readonly operations: readonly string[];
  /** ISO 8601 instants. */
  readonly from: string;
  readonly until: string;
  /** The window comes again every so many hours; absent: once. */
  readonly repeatHours?: number;
  /** How many of the calls are refused, 0 to 1. */
  readonly fraction: number;
  /** `rate-limited` is 429, `overloaded` is 503, where the dialect has no words of its own. */
  readonly problem: 'rate-limited' | 'overloaded';
}

const instant: JsonObject = {
  type: 'string',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:\\d{2})$',
};

/** The JSON Schema of `brownOuts`. */
export const brownOutsSchema: JsonObject = {
  type: 'array',
  default: [],
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['dialect', 'from', 'until'],
    properties: {
      dialect: { type: 'string', minLength: 1 },
      operations: { type: 'array', items: { type: 'string', minLength: 1 }, default: [] },
      from: instant,
      until: instant,
      repeatHours: { type: 'number', exclusiveMinimum: 0 },
      fraction: { type: 'number', exclusiveMinimum: 0, maximum: 1, default: 1 },
      problem: { enum: ['rate-limited', 'overloaded'], default: 'overloaded' },
    },
  },
};
