import { describe, expect, it } from '@jest/globals';
import { schemaFaults } from '../../src/prepared/schema-faults.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: { name: { type: 'string' }, size: { type: 'integer', default: 7 } },
};

describe('the faults of a value', () => {
  it('are none where it holds, and its defaults are filled in', async () => {
    const value = { name: 'ada' };
    expect(await schemaFaults(schema, value)).toEqual([]);
    expect(value).toEqual({ name: 'ada', size: 7 });
  });

  it('are all of them', async () => {
    const faults = await schemaFaults(schema, { size: 'x', colour: 'red' });
    expect(faults.map(({ keyword }) => keyword).sort()).toEqual(['additionalProperties', 'required', 'type']);
  });
});
