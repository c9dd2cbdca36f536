import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number from 1. */
export function positiveCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('a whole number from 1');
  return count;
}
