import { describe, expect, it } from '@jest/globals';
import { describePace } from '../../src/cli/list-progress.ts';

describe('the progress of a run over a list', () => {
  it('the progress of a run over a list says the rate and the time that is left', () => {
    expect(describePace(100, 400, 10)).toBe('10.0/s, 40 s left');
    expect(describePace(50, 3_000, 10)).toBe('5.0/s, 10 min 0 s left');
    expect(describePace(10, 80_000, 10)).toBe('1.0/s, 22 h 13 min 20 s left');
  });

  it('the progress of a run over a list says nothing before anybody was attended to', () => {
    expect(describePace(0, 400, 10)).toBe('');
  });
});
