import { describe, expect, it } from '@jest/globals';
import type { Problem } from '../../../src/domain/index.ts';
import { declaredNames } from '../../../src/gateway/openapi/declared-names.ts';
import { describeProblem } from '../../../src/gateway/reports/describe-problem.ts';

const DECLARED = declaredNames({
  paths: {
    '/a': { get: { parameters: [{ in: 'query', name: 'filter.name', schema: { type: 'string' } }] } },
  },
  components: { schemas: { Row: { properties: { rows: { items: { properties: { id: {} } } } } } } },
});

const ROWS: readonly (readonly [Problem, string])[] = [
  [{ kind: 'invalid-parameter', name: 'filter.name', value: 'jane', location: 'query' }, 'name filter.name'],
  [{ kind: 'invalid-parameter', name: 'jane.doe@example.com', location: 'query' }, 'name ~.~.~'],
  [{ kind: 'invalid-parameter', name: 'rows.12.id', location: 'body' }, 'name rows.12.id'],
  [{ kind: 'invalid-parameter', name: '4915112345678', location: 'query' }, 'name ~'],
  [{ kind: 'invalid-parameter', name: 'rows.12.jane', location: 'body' }, 'name rows.12.~'],
  [{ kind: 'invalid-parameter', name: 'Host', value: 'a b', location: 'header' }, 'name Host'],
  [{ kind: 'invalid-person', pointer: '/rows/jane~1doe', reason: 'is not known' }, 'pointer /rows/~'],
  [{ kind: 'name-taken', pointer: '/id', value: 'jane' }, 'pointer /id'],
  [{ kind: 'too-many-files', limit: 1, field: 'jane' }, 'limit 1, field ~'],
  [{ kind: 'file-missing', field: 'file' }, 'field file'],
  [{ kind: 'method-not-allowed', allow: ['GET', 'PUT'] }, 'allow GET,PUT'],
];

describe('describeProblem', () => {
  it.each(ROWS)('describeProblem names no place of %j that no document declares', (problem, expected) => {
    const line = describeProblem(problem, DECLARED);
    expect(line).toContain(`${problem.kind}: ${expected}`);
    expect(line).not.toContain('jane');
  });
});
