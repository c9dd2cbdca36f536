import { describe, expect, it } from '@jest/globals';
import { schemaFaults } from '../../src/settings/schema-faults.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: { name: { type: 'string' }, size: { type: 'integer', default: 7 } },
};

describe('schemaFaults', () => {
  it('schemaFaults finds none in a value that is valid, and fills in its defaults', () => {
    const value = { name: 'ada' };
    expect(schemaFaults(schema, value)).toEqual([]);
    expect(value).toEqual({ name: 'ada', size: 7 });
  });

  it('schemaFaults finds every fault of a value, not only the first', () => {
    const faults = schemaFaults(schema, { size: 'x', colour: 'red' });
    expect(faults.map(({ keyword }) => keyword).sort()).toEqual(['additionalProperties', 'required', 'type']);
  });
});
