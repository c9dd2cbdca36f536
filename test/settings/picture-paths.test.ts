import { describe, expect, it } from '@jest/globals';
import { load, refusal } from './write-settings.ts';

function settings(first: string, second: string): string {
  return `dialects: { timbu: {}, smartsheet: {} }
tenants: [{ id: shop }, { id: club }]
migration:
  backends:
    - { tenant: shop, dialect: timbu, ${first} }
    - { tenant: club, dialect: timbu, ${second} }
`;
}

describe('picture paths of two backends', () => {
  it.each([
    ['the same', '[/files/]', '[/files/]', '"/files/"', '"/files/"'],
    ['one below the other', '[/a/, /files/]', '[/files/faces/]', '"/files/"', '"/files/faces/"'],
    ['one above the other', '[/files/faces/]', '[/files/]', '"/files/faces/"', '"/files/"'],
  ])(
    'picture paths of two backends are refused where they are %s',
    async (_how, one, other, mine, theirs) => {
      const faults = await refusal(
        settings(`baseUrl: 'http://a', picturePaths: ${one}`, `baseUrl: 'http://b', picturePaths: ${other}`),
      );
      expect(faults).toHaveLength(2);
      expect(faults[0]).toMatch(/^polyface\.yaml:5:\d+: /);
      expect(faults[0]).toContain(`${mine} overlaps with ${theirs} at /migration/backends/1/picturePaths/0`);
      expect(faults[1]).toMatch(/^polyface\.yaml:6:\d+: /);
      expect(faults[1]).toContain(`${theirs} overlaps with ${mine} at /migration/backends/0/picturePaths/`);
    },
  );

  it.each([
    [
      'differ',
      "baseUrl: 'http://a', picturePaths: [/files/]",
      "baseUrl: 'http://b', picturePaths: [/faces/]",
    ],
    [
      'lead to one backend',
      "baseUrl: 'http://A/', picturePaths: [/files/]",
      "baseUrl: 'http://a:80', picturePaths: [/files/]",
    ],
    [
      'begin with the same letters alone',
      "baseUrl: 'http://a', picturePaths: [/files/]",
      "baseUrl: 'http://b', picturePaths: [/files-of-b/]",
    ],
  ])('picture paths of two backends are accepted where they %s', async (_how, first, second) => {
    expect((await load(settings(first, second))).migration?.backends).toHaveLength(2);
  });
});
