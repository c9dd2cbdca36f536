import { expect, it } from '@jest/globals';
import { markedPicture, readMark } from './marked-picture.ts';
import { createWriteHistory } from './write-history.ts';

it('the write history reads the number of a picture back, and knows a torn one', () => {
  expect(readMark(markedPicture(1_234_567))).toBe(1_234_567);
  const [one, other] = [markedPicture(1), markedPicture(2 ** 30 + 7)];
  const torn = Buffer.concat([one.subarray(0, one.length / 2), other.subarray(other.length / 2)]);
  expect(() => readMark(torn)).toThrow();
});

it('the write history knows a lost, a resurrected and an invented picture when it sees one', () => {
  const history = createWriteHistory();
  const see = (mark: number | undefined) =>
    history.judge({ subject: 'ada', mark, startedAtMs: history.nowMs() });
  const write = (mark: number | undefined) => history.settle(history.begin('ada', mark), 'acknowledged');
  expect(see(undefined)).toBeUndefined();
  write(1);
  expect([see(1), see(undefined), see(9)]).toEqual([undefined, 'lost', 'invented']);
  write(2);
  expect([see(1), see(2)]).toEqual(['lost', undefined]);
  write(undefined);
  expect([see(undefined), see(2)]).toEqual([undefined, 'resurrected']);
  const open = history.begin('ada', 3);
  history.settle(open, 'open');
  expect([see(undefined), see(3)]).toEqual([undefined, undefined]);
});
