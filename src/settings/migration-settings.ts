import type { JsonObject } from '../domain/index.ts';

/** The names of the stages, in order. */
export type MigrationStage = 'pass-through' | 'shadow' | 'dual-write' | 'switched' | 'complete';

/** The legacy backends that this gateway stands in front of. */
export interface MigrationSettings {
  readonly backends: readonly BackendSettings[];
}

/** How the gateway proves itself to a backend. */
export type BackendCredential =
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  | { readonly kind: 'bearer'; readonly token: string }
  /** `md5-hex`: the password goes on the wire as its hex MD5 (Capillary). */
  | {
      readonly kind: 'basic';
      readonly username: string;
      readonly password: string;
      readonly passwordDigest: 'none' | 'md5-hex';
    }
  /** A short-lived HS256 JWT made for each subject, its id under `claim` (Timbu: the user is the bearer). */
  | {
      readonly kind: 'subject-jwt';
      readonly secret: string;
      readonly claim: string;
      readonly ttlSeconds: number;
    };

/** One tenant's backend behind one dialect. */
export interface BackendSettings {
  readonly tenant: string;
  /** The dialect that clients speak. */
  readonly dialect: string;
  /** `http://` or `https://`, with a base path where the backend has one. The only address that is ever called. */
  readonly baseUrl: string;
  /** Further origins (`https://cdn.example`) from which pictures named in the backend's answers may be fetched. */
  readonly pictureOrigins: readonly string[];
  /** The dialect that the backend speaks; the clients' own where absent. It must be among the settings' dialects. */
  readonly speaks?: string;
  /** Options of the backend's dialect, on top of the tenant's. */
  readonly options: JsonObject;
  /** Used by the reconciler and the backfill, and for clients where `passCredential` is off. */
  readonly credential?: BackendCredential;
  /** Send the client's own credential along. */
  readonly passCredential: boolean;
  /** Takes over requests whose credential the gateway does not know, while the backend answers. */
  readonly takesUnknown: boolean;
  /** Where the migration starts when the store knows nothing of it. */
  readonly initialStage: MigrationStage;
  /** Refuse what the backend's dialect cannot express. */
  readonly strictTranslation: boolean;
  /** Name of the response header that lists the losses; absent: none is sent. */
  readonly lossHeader?: string;
  readonly connectTimeoutSeconds: number;
  /** From the end of the request to the first byte of the answer, and between two pieces of it. */
  readonly timeoutSeconds: number;
  /** How long after a request without an answer the backend may still carry it out. */
  readonly settleSeconds: number;
  readonly maxConnections: number;
  /** How fast backfill and verify may go. */
  readonly requestsPerSecond: number;
  readonly shadow: ShadowSettings;
  readonly gate: GateSettings;
}

/** What shadow work may cost. */
export interface ShadowSettings {
  /** Share of exchanges that are compared, 0 to 100. */
  readonly percent: number;
  readonly concurrency: number;
  /** Exchanges that may wait; more are not compared. */
  readonly queue: number;
  /** Bytes that waiting exchanges may hold on disk. */
  readonly queueBytes: number;
  readonly timeoutSeconds: number;
  /** Differences kept, the newest of them. */
  readonly differences: number;
  /** Keep the causing picture with a difference. */
  readonly keepPictures: boolean;
  /** Every so many reads are sent to the backend twice, to learn what differs by itself; 0: never. */
  readonly noiseEvery: number;
}

/** What `advance` to `switched` asks for. */
export interface GateSettings {
  readonly verificationHours: number;
  /** Compared exchanges. */
  readonly minSamples: number;
  /** Largest share of exchanges that differ, percent, by the upper bound at 95 %. */
  readonly maxDifferentPercent: number;
}
