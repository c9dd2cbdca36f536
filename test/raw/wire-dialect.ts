import type { ProblemKind } from '../../src/domain/index.ts';

/** A row of a wire contract: the status, and a text that stands in the body of that problem and of few others. */
export type WireRow = readonly [status: number, mark: string | RegExp];

/** What the raw suite has to know of a dialect. Everything is taken from its wire contract, nothing from its code. */
export interface WireDialect {
  readonly name: string;
  /** The documented upload. */
  readonly upload: {
    readonly method: string;
    path(id: string): string;
    readonly raw: boolean;
    readonly field: string;
    readonly maxFiles: number;
    /** More file parts than `maxFiles` are refused, or the last wins. */
    readonly surplus: 'refuse' | 'last-wins';
    readonly maxBytes: number;
    /** Smallest file; 1 where the contract names none. */
    readonly minBytes: number;
  };
  /** A documented GET that must answer 200 at any time. */
  readonly read: string;
  readonly credential: string;
  /** The good credential in ways that are not. */
  readonly badCredentials: readonly string[];
  /** The person whom the credential may change; any text where the path names no person. */
  readonly subject: string;
  /** What becomes of path ids; empty where paths hold none. */
  readonly ids: readonly (readonly [raw: string, kind: ProblemKind])[];
  /** Below the mount, documented nowhere. */
  readonly mount: string;
  readonly rows: Readonly<Partial<Record<ProblemKind, WireRow>>>;
  /** What every error body of this dialect looks like. */
  readonly errorShape: object;
}

/** Ids that no 64-bit integer is, and how they are written in a path. */
export const BAD_INTEGERS = [
  '-1',
  '0x1F',
  '1e5',
  '1.0',
  '%2B1',
  'NaN',
  'Infinity',
  'null',
  'undefined',
  'true',
  'abc',
  '%20',
  '1%20',
  '%201',
  '%00',
  '1%00',
  '1%2F2',
  '..%2F..%2Fetc%2Fpasswd',
  '%2e%2e',
  '..',
  '9223372036854775808',
  '99999999999999999999999999999999999999999',
  '%D9%A1%D9%A2',
  '%EF%BC%91',
  '1;drop',
  '1,2',
  '%7B%7D',
  '%5B%5D',
  '%3Cscript%3E',
  "'1'",
  '%221%22',
  '%zz',
  '%',
  '%E0%A4%A',
  '%C0%AF',
] as const;
