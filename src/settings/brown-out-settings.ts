import { Type } from '@sinclair/typebox';
import { choice, closed, list, text, textLike, type ValueOf } from './schema-parts.ts';

const instant = (description: string) =>
  textLike(
    '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:\\d{2})$',
    'an instant such as 2026-12-01T10:00:00Z',
    description,
  );

/** The schema of `brownOuts`. */
export const brownOutsSchema = list(
  closed({
    dialect: text('The dialect whose calls are refused.'),
    operations: list(text('An operationId; none: every operation of the dialect.')),
    from: instant('Begin of the window.'),
    until: instant('End of the window.'),
    repeatHours: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'The window comes again after this many hours; absent: once.',
      }),
    ),
    fraction: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description: 'Share of the calls that are refused.',
    }),
    problem: choice(
      ['rate-limited', 'overloaded'],
      '`rate-limited` is 429, `overloaded` is 503, where the dialect has no words of its own.',
      { default: 'overloaded' },
    ),
  }),
);

/** A scheduled window in which calls are refused, so that callers who have not moved yet notice. */
export type BrownOutSettings = ValueOf<typeof brownOutsSchema>[number];
