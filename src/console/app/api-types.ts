/* What the admin API answers, as `openapi/admin.yaml` describes it. */

export interface Operator {
  readonly name: string;
  readonly role: 'read' | 'operate' | 'admin';
  readonly showPictures: boolean;
}

export interface TrafficMinute {
  readonly atMs: number;
  readonly requests: number;
  readonly failed: number;
  readonly dialects: Readonly<Record<string, number>>;
  readonly problems: Readonly<Record<string, number>>;
  readonly durationMs: { readonly sum: number; readonly longest: number };
}

export interface Overview {
  readonly gateway: {
    readonly id: string;
    readonly version: string;
    readonly revision: string;
    readonly startedAt: string;
    readonly uptimeSeconds: number;
    readonly memoryBytes: number;
    readonly uploadsUnderWay: number;
    readonly workers: number;
    readonly workersBusy: number;
    readonly picturesWaiting: number;
  };
  readonly store: {
    readonly kind: string;
    readonly healthy: boolean;
    readonly answeredInMs?: number;
    readonly failure?: string;
  };
  readonly minutes: readonly TrafficMinute[];
  readonly now: string;
}

export interface SeenGateway {
  readonly id: string;
  readonly host: string;
  readonly version: string;
  readonly revision: string;
  readonly startedAt: string;
  readonly secondsAgo: number;
  readonly heard: boolean;
  readonly isThis: boolean;
}

export interface RecentRequest {
  readonly requestId: string;
  readonly clientRequestId?: string;
  readonly traceId: string;
  readonly endedAtMs: number;
  readonly method: string;
  readonly route?: string;
  readonly dialect?: string;
  readonly operationId?: string;
  readonly tenant?: string;
  readonly credentialId?: string;
  readonly subjectKey?: string;
  readonly status: number;
  readonly problem?: string;
  readonly detail?: string;
  readonly receivedBytes: number;
  readonly durationMs: number;
  readonly client?: string;
}

export interface Explanation {
  readonly request: string;
  readonly report: { readonly status: number; readonly refusal?: string } & Readonly<
    Partial<Record<'dialect' | 'operationId' | 'route' | 'tenant' | 'credentialId', string>>
  >;
  readonly command?: unknown;
  readonly outcome?: unknown;
  readonly problem?: { readonly kind: string };
  readonly translation?: {
    readonly speaks: string;
    readonly request?: string;
    readonly losses: readonly { readonly field: string; readonly fate: string; readonly note: string }[];
    readonly problem?: { readonly kind: string };
  };
  readonly response: string;
}

export interface UsageRow {
  readonly dialect: string;
  readonly operation: string;
  readonly deprecated: boolean;
  readonly tenant: string;
  readonly credential: string;
  readonly client: string;
  readonly calls: number;
  readonly refused: number;
  readonly firstCallAt: string;
  readonly lastCallAt: string;
  readonly fields: Readonly<Record<string, number>>;
}

export interface DialectFacts {
  readonly name: string;
  readonly title: string;
  readonly profile: string;
  readonly operations: readonly { readonly operationId: string; readonly deprecated: boolean }[];
  readonly keyKinds: readonly string[];
  readonly scopes: readonly string[];
}

export interface Tenant {
  readonly id: string;
}

export interface PictureFacts {
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Person {
  readonly key: string;
  readonly tenant: string;
  readonly id: string;
  /** Absent for people whom the settings or another service keep. */
  readonly version?: number;
  readonly aliases: Readonly<Record<string, string>>;
  readonly profile: {
    readonly firstName?: string;
    readonly lastName?: string;
    readonly email?: string;
    readonly phoneNumber?: string;
  };
  readonly generation: number;
  readonly slots: readonly {
    readonly slot: number;
    readonly version: number;
    readonly deletedAt?: string;
    readonly writtenAt?: string;
    readonly writtenThrough?: string;
    readonly fileName?: string;
    readonly original?: PictureFacts;
    readonly renditions?: readonly (PictureFacts & { readonly name: string })[];
  }[];
}

export interface Key {
  readonly id: string;
  readonly kind: string;
  readonly tenant: string;
  readonly dialect: string;
  readonly scopes: readonly string[];
  readonly subject?: string;
  readonly name?: string;
  readonly label?: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
}

export interface NewKey extends Key {
  readonly secret: string;
}

export interface AuditEntry {
  readonly sequence: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly reason?: string;
  readonly result: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly hash: string;
}

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly target: string;
  readonly actor: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly progress: number;
  readonly count?: { readonly done: number; readonly of: number };
  readonly result?: unknown;
  readonly failure?: string;
}

/** One of two people before they are merged. */
interface MergedPerson {
  readonly key: string;
  readonly id: string;
  readonly version: number;
  readonly aliases: Readonly<Record<string, string>>;
}

export interface Merge {
  readonly source: MergedPerson;
  readonly survivor: MergedPerson;
  readonly adoptedSlots: readonly number[];
  readonly droppedSlots: readonly number[];
}

export interface Receipt {
  readonly receipt: {
    readonly erasedAt: string;
    readonly removed: Readonly<Record<string, number>>;
    readonly again: string;
    readonly leftToOthers: readonly string[];
  };
  readonly signature: { readonly algorithm: string; readonly keyId: string; readonly value: string };
}

export interface SettingsChange {
  readonly setting: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface Reload {
  readonly outcome: 'applied' | 'unchanged' | 'would-apply' | 'refused';
  readonly revision: string;
  readonly changes: readonly SettingsChange[];
  readonly needsRestart: readonly string[];
}

export interface List<T> {
  readonly items: readonly T[];
  /** Begins the next page. */
  readonly next?: number | string;
}
