import type { Trouble } from './model-backend.ts';

/** What one client does. */
export type ClientAct = {
  readonly gateway: number;
  readonly subject: number;
  readonly slot: number;
  readonly act: 'put' | 'remove' | 'get' | 'copy' | 'break off' | 'not heard' | 'anonymous' | 'put elsewhere';
};

/** Everybody, or the people at these places in `SUBJECTS`. */
export type WantedRamp = 'everybody' | readonly number[];

/** The people of a list. A mistyped list names an unknown person. */
export type WantedPeople = WantedRamp | 'mistyped';

/** What happens in the world. */
export type Step =
  | { readonly kind: 'burst'; readonly acts: readonly ClientAct[] }
  | { readonly kind: 'reconcile'; readonly gateway: number }
  | { readonly kind: 'change'; readonly up: boolean; readonly ramp: WantedRamp }
  | { readonly kind: 'continue' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'abandon' }
  | { readonly kind: 'verify'; readonly who: WantedPeople; readonly repair: boolean }
  | { readonly kind: 'backfill'; readonly who: WantedPeople }
  /** Everybody looks and the change goes on, until it arrives or nothing helps. */
  | { readonly kind: 'ride' }
  | { readonly kind: 'refresh'; readonly gateway: number }
  | { readonly kind: 'kill'; readonly gateway: number; readonly steps: number; readonly afterEffect: boolean }
  | { readonly kind: 'trouble'; readonly trouble: Trouble | undefined }
  | { readonly kind: 'wait'; readonly ms: number };

/** Figures of a run. */
export interface Tally {
  acknowledged: number;
  failed: number;
  reads: number;
  kills: number;
  changes: number;
  /** Steps that the gate refused, and switches that it let through. */
  refused: number;
  gatesOpened: number;
  cancelled: number;
  abandoned: number;
  verifications: number;
  /** Clients that broke off, that did not hear their answer, and that had no credential. */
  brokenOff: number;
  notHeard: number;
  anonymous: number;
  /** Writes through another dialect. */
  elsewhere: number;
  /** Runs that were in `switched` at least once. */
  switched: number;
}

/** Figures of a run in which nothing has happened yet. */
export function emptyTally(): Tally {
  return {
    acknowledged: 0,
    failed: 0,
    reads: 0,
    kills: 0,
    changes: 0,
    refused: 0,
    gatesOpened: 0,
    cancelled: 0,
    abandoned: 0,
    verifications: 0,
    brokenOff: 0,
    notHeard: 0,
    anonymous: 0,
    elsewhere: 0,
    switched: 0,
  };
}
