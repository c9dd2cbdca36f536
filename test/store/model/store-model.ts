import { expect } from '@jest/globals';

/**
 * What a place in the store holds as far as anybody can know: its value, and what writes that were cut off by a crash may make of
 * it. As simple as can be: this is what the drivers are judged by.
 */
export interface Cell {
  value: string | undefined;
  /** Outcomes of writes whose answer never came; `null` stands for a deletion. */
  open: (string | null)[];
  /** Versions that were current once, newest last; records alone. */
  versions: string[];
}

/** The model: cells by key. */
export interface StoreModel {
  readonly bodies: Map<string, Cell>;
  readonly records: Map<string, Cell>;
  /** Whether a write that was cut off may still arrive after later reads, as requests on the wire do. */
  readonly lateArrivals: boolean;
}

/** A store without anything in it. */
export function emptyModel(lateArrivals: boolean): StoreModel {
  return { bodies: new Map(), records: new Map(), lateArrivals };
}

/** The cell of a key. */
export function cellOf(cells: Map<string, Cell>, key: string): Cell {
  let cell = cells.get(key);
  if (!cell) {
    cell = { value: undefined, open: [], versions: [] };
    cells.set(key, cell);
  }
  return cell;
}

/** A reader saw this: it must be the acknowledged value, or what a write makes of it that was cut off. */
export function observe(model: StoreModel, cell: Cell, seen: string | undefined): void {
  const possible = [cell.value, ...cell.open.map((value) => value ?? undefined)];
  expect(possible).toContain(seen);
  if (!model.lateArrivals) cell.open = [];
  cell.value = seen;
}

/** A write was acknowledged. */
export function acknowledge(model: StoreModel, cell: Cell, value: string | undefined): void {
  cell.value = value;
  if (!model.lateArrivals) cell.open = [];
}
