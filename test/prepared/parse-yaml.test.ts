import { describe, expect, it } from '@jest/globals';
import { parseYaml } from '../../src/prepared/parse-yaml.ts';

describe('a YAML text', () => {
  it('is parsed where no build has prepared it', async () => {
    expect(await parseYaml('a: [1, two, null]')).toEqual({ a: [1, 'two', null] });
  });

  it('is refused where it is none', async () => {
    await expect(parseYaml('a: [1')).rejects.toThrow('Flow sequence');
  });
});
