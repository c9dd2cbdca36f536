import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, jsonText, type Problem, type WireResponse } from '../../../src/domain/index.ts';

const DIALECTS = join(import.meta.dirname, '../../../dialects');

/** A golden file of a dialect, byte for byte, without the line end that editors add. */
export function fixtureText(dialect: string, name: string): string {
  return readFileSync(join(DIALECTS, dialect, 'fixtures', name), 'utf8').replace(/\n$/, '');
}

/** A golden file of a dialect, parsed. */
export function fixtureJson(dialect: string, name: string): Json {
  return JSON.parse(fixtureText(dialect, name)) as Json;
}

/** A dialect's `problems.json`. */
export function problemRows(dialect: string): readonly ProblemRow[] {
  return JSON.parse(fixtureText(dialect, 'problems.json')) as ProblemRow[];
}

/** What goes on the wire behind the head. */
export function bodyText({ body }: WireResponse): string {
  if (body.kind === 'json') return jsonText(body.value);
  return body.kind === 'text' ? body.text : '';
}

/** One row of a `problems.json`: what the wire contract's table says for one problem. */
export interface ProblemRow {
  readonly problem: Problem;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Where the observed profile differs. */
  readonly observed?: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
}
