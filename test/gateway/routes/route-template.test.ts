import { describe, expect, it } from '@jest/globals';
import {
  compareTemplates,
  matchTemplate,
  parseTemplate,
} from '../../../src/gateway/routes/route-template.ts';

const match = (template: string, path: string, rest: string[] = []) =>
  matchTemplate(parseTemplate('', template, new Set(rest)), path.split('/').slice(1));

describe('a route template', () => {
  it.each([
    ['/a/{id}/b', '/a/1/b', { id: '1' }],
    ['/a/{id}/b', '/a/x%2Fy/b', { id: 'x%2Fy' }],
    ['/a/{id}/b', '/a/%zz/b', { id: '%zz' }],
    ['/a/{id}/b', '/%61/1/b', { id: '1' }],
    ['/a/{id}', '/a/..', { id: '..' }],
    ['/a/{id}', '/a/', undefined],
    ['/a/{id}', '/a', undefined],
    ['/a/{id}', '/a/1/', undefined],
    ['/a/{id}/b', '/a/1/c', undefined],
    ['/a/b', '/a%2Fb', undefined],
    ['/a', '/A', undefined],
  ])('%s against %s gives %j', (template, path, expected) => {
    expect(match(template, path)).toEqual(expected);
  });

  it.each([
    ['/a', { all: 'a' }],
    ['/a/b/c', { all: 'a/b/c' }],
    ['/', { all: '' }],
  ])('a route template with a rest matches all of %s', (path, expected) => {
    expect(match('/{all}', path, ['all'])).toEqual(expected);
  });

  it('a route template refuses a rest that is not the last', () => {
    expect(() => parseTemplate('', '/{all}/b', new Set(['all']))).toThrow('must come last');
  });

  it('a route template is more particular the earlier it is literal', () => {
    const parse = (text: string) => parseTemplate('', text, new Set(['rest']));
    const sorted = ['/{rest}', '/a/{id}/c', '/{id}/b', '/a/b', '/a/{id}'].map(parse).sort(compareTemplates);
    const texts = sorted.map(
      (parts) =>
        `/${parts.map((part) => (part.kind === 'literal' ? part.text : `{${part.name}}`)).join('/')}`,
    );
    expect(texts).toEqual(['/a/b', '/a/{id}/c', '/a/{id}', '/{id}/b', '/{rest}']);
  });
});
