import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number from 1. */
export function positiveCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('a whole number from 1');
  return count;
}

/** Reads a number above 0 from the command line. */
export function positiveNumber(value: string): number {
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number)))
    throw new InvalidArgumentError('a positive number is expected');
  return number;
}
