/* What the admin API answers about migrations, as far as the console reads it. */
import type { PictureFacts } from './api-types.ts';

export interface Rollout {
  readonly stage: string;
  readonly ramp: { readonly kind: string; readonly percent?: number };
}

export interface Migration {
  readonly tenant: string;
  readonly dialect: string;
  readonly revision: number;
  readonly stages: readonly string[];
  readonly rollout: Rollout;
  readonly change?: { readonly to: Rollout; readonly phase: number; readonly startedAtMs: number };
  readonly up?: string;
  readonly down?: string;
  readonly backlog: {
    readonly intents: number;
    readonly pendingReplications: number;
    readonly rechecks: number;
    readonly oldestSinceMs?: number;
    readonly failing: readonly { readonly subjectId: string; readonly reason: string }[];
  };
  readonly gateways: readonly {
    readonly gatewayId: string;
    readonly heard: boolean;
    readonly secondsAgo: number;
  }[];
  readonly parity: {
    readonly operations: Readonly<
      Record<string, { readonly compared: number; readonly verdicts: Readonly<Record<string, number>> }>
    >;
    readonly notCompared: Readonly<Record<string, number>>;
    readonly noise?: Readonly<Record<string, readonly string[]>>;
  };
  readonly history: readonly {
    readonly atMs: number;
    readonly from: Rollout;
    readonly to: Rollout;
    readonly override?: string;
    /** SHA-256 of the evidence. */
    readonly gateReport?: string;
  }[];
  readonly nextSteps: readonly string[];
}

export interface Guard {
  readonly name: string;
  readonly holds: boolean;
  readonly found: string;
  readonly next: string;
}

/** What the newest preflight warns of. */
export interface Warning {
  readonly name: string;
  readonly found: string;
  readonly next?: string;
}

export interface Plan {
  readonly to?: Rollout;
  readonly guards: readonly Guard[];
  readonly warnings: readonly Warning[];
  readonly checkedAt: string;
}

export interface Difference {
  readonly atMs: number;
  readonly operationId: string;
  readonly subjectKey: string;
  readonly method: string;
  readonly path: string;
  readonly verdict: string;
  readonly levels: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  /** What differs too and may. */
  readonly ignored?: readonly string[];
  readonly statuses?: readonly [theirs: number, ours: number];
  /** By path, as text, where the settings keep them. */
  readonly values?: Readonly<Record<string, readonly [theirs: string, ours: string]>>;
}

export interface ComparedPictures {
  readonly slot: number;
  readonly backend?: Partial<PictureFacts> & Pick<PictureFacts, 'bytes' | 'sha256'>;
  readonly here?: PictureFacts;
}
