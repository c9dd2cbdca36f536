import {
  type Arbitrary,
  array,
  boolean,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
} from 'fast-check';
import type { Step, WantedPeople, WantedRamp } from './world-steps.ts';

const act = record({
  gateway: nat(1),
  subject: nat(2),
  slot: nat(1),
  act: constantFrom(
    'put',
    'put',
    'put',
    'remove',
    'get',
    'get',
    'copy',
    'break off',
    'not heard',
    'anonymous',
    'put elsewhere',
  ),
});
const ramp = constantFrom<WantedRamp>('everybody', 'everybody', [0], [1, 2]);
const who = constantFrom<WantedPeople>('everybody', 'everybody', [0], [1, 2], 'mistyped');
/** Anything that may happen next. */
export const step: Arbitrary<Step> = oneof(
  {
    weight: 8,
    arbitrary: record({ kind: constant('burst'), acts: array(act, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 2, arbitrary: record({ kind: constant('reconcile'), gateway: nat(1) }) },
  {
    weight: 3,
    arbitrary: record({ kind: constant('change'), up: constantFrom(true, true, true, false), ramp }),
  },
  { weight: 3, arbitrary: constant({ kind: 'continue' } as const) },
  { weight: 1, arbitrary: constant({ kind: 'cancel' } as const) },
  { weight: 1, arbitrary: constant({ kind: 'abandon' } as const) },
  {
    weight: 4,
    arbitrary: record({ kind: constant('verify'), who, repair: constantFrom(true, true, false) }),
  },
  { weight: 1, arbitrary: record({ kind: constant('backfill'), who }) },
  { weight: 5, arbitrary: constant({ kind: 'ride' } as const) },
  { weight: 3, arbitrary: record({ kind: constant('refresh'), gateway: nat(1) }) },
  {
    weight: 1,
    arbitrary: record({
      kind: constant('kill'),
      gateway: nat(1),
      steps: integer({ min: 1, max: 25 }),
      afterEffect: boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      kind: constant('trouble'),
      trouble: constantFrom('down', 'nonsense', 'refuses', 'lost request', 'lost answer', undefined),
    }),
  },
  { weight: 1, arbitrary: record({ kind: constant('wait'), ms: constantFrom(300, 2_500, 20_000) }) },
);
