import type { JsonObject, RatePolicy, WireProfile } from '../domain/index.ts';
import type { BrownOutSettings } from './brown-out-settings.ts';
import type { MigrationSettings } from './migration-settings.ts';
import type { RateLimitSettings } from './rate-limit-settings.ts';

/** Everything that the settings file says, after its schema filled in the defaults. Secrets are resolved. */
export interface Settings {
  readonly listen: { readonly host: string; readonly port: number };
  /** The address that signed links carry; absent: the address that the caller used. */
  readonly publicUrl?: string;
  /** Folder of the embedded store, of spool files and of generated signing keys. Absolute. */
  readonly dataDir: string;
  readonly store: StoreSettings;
  /** By dialect name, in order; these and no others are loaded. */
  readonly dialects: Readonly<Record<string, DialectSettings>>;
  readonly tenants: readonly TenantSettings[];
  readonly downloads: DownloadSettings;
  readonly imaging: ImagingSettings;
  readonly limits: LimitSettings;
  readonly rateLimits: RateLimitSettings;
  readonly cors: { readonly origins: readonly string[] };
  readonly validateResponses: 'off' | 'log' | 'enforce';
  readonly docs: boolean;
  /** Windows in which calls are refused to tell their senders something. */
  readonly brownOuts: readonly BrownOutSettings[];
  /** The legacy backends that this gateway stands in front of; absent: none. */
  readonly migration?: MigrationSettings;
  readonly log: { readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug' };
}

/** The embedded store, or a shared one. */
export type StoreSettings =
  | { readonly kind: 'filesystem' }
  | {
      readonly kind: 'azure';
      readonly container: string;
      readonly prefix?: string;
      readonly createContainer: boolean;
      readonly timeoutSeconds: number;
      readonly credential:
        | { readonly kind: 'connection-string'; readonly connectionString: string }
        | {
            readonly kind: 'account-key';
            readonly endpoint: string;
            readonly account: string;
            readonly key: string;
          }
        | { readonly kind: 'sas'; readonly endpoint: string; readonly token: string }
        | { readonly kind: 'identity'; readonly endpoint: string; readonly clientId?: string };
    };

/** How one dialect is spoken. */
export interface DialectSettings {
  readonly profile: WireProfile;
  /** Folder of a dialect that is not among the built-in ones; absolute. */
  readonly folder?: string;
  /** Its document; default `openapi/<name>.yaml` beside the built-in ones. */
  readonly document?: string;
  /** Checked by the dialect's own schema. */
  readonly options: JsonObject;
  /** Replaces the vendor's documented rate. */
  readonly rate?: RatePolicy;
}

/** One tenant: its people, its keys, its way of speaking each dialect. No credential reaches into another tenant. */
export interface TenantSettings {
  readonly id: string;
  /** `true`: an unknown subject id is a problem; `false`: it is made at the first upload. */
  readonly strictSubjects: boolean;
  /** By dialect name: options on top of the dialect's own. */
  readonly dialects: Readonly<Record<string, { readonly options: JsonObject }>>;
  readonly credentials: readonly CredentialSettings[];
  readonly subjects: readonly SubjectSettings[];
}

/** A person in the built-in directory. */
export interface SubjectSettings {
  readonly id: string;
  readonly aliases: Readonly<Record<string, string>>;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly profile: {
    readonly firstName?: string;
    readonly lastName?: string;
    readonly email?: string;
    readonly phoneNumber?: string;
    readonly extra?: Readonly<Record<string, JsonObject>>;
  };
}

/** How a secret is kept. `plain` is for demos and environment variables. */
export type SecretSettings =
  | { readonly plain: string }
  | { readonly sha256: string }
  | { readonly argon2id: string };

/** A credential of a tenant for one dialect. */
export type CredentialSettings = {
  /** Short name for logs and rate limits. */
  readonly id: string;
  readonly dialect: string;
  readonly scopes: readonly string[];
  /** The caller's own id in the dialect. */
  readonly subject?: string;
} & (
  | { readonly kind: 'basic'; readonly username: string; readonly secret: SecretSettings }
  /** A random key or opaque token, in whichever header the dialect has for it. */
  | { readonly kind: 'key'; readonly secret: SecretSettings }
  /** A client key and secret that are exchanged for short-lived tokens. */
  | {
      readonly kind: 'client';
      readonly key: string;
      readonly secret: SecretSettings;
      readonly ttlSeconds: number;
    }
  /** JWTs with a shared secret (HS256). */
  | {
      readonly kind: 'jwt-secret';
      readonly secret: string;
      readonly issuer?: string;
      readonly audience?: string;
    }
  /** JWTs of an OAuth2 server, by its published keys. */
  | {
      readonly kind: 'jwt-issuer';
      readonly issuer: string;
      readonly audience: string;
      readonly jwksUri: string;
      readonly algorithms: readonly string[];
    }
);

/** Signed downloads. */
export interface DownloadSettings {
  /** `gateway`: this gateway serves them. `direct`: the backend does, where it can sign. */
  readonly mode: 'gateway' | 'direct';
  /** The first signs; all verify. Empty: one is made and kept in the data folder. */
  readonly keys: readonly { readonly id: string; readonly secret: string }[];
}

/** Bounds on what a picture may cost. */
export interface ImagingSettings {
  /** Worker processes; 0: as many as processors. */
  readonly workers: number;
  readonly wallSeconds: number;
  /** Ceiling of one worker's resident memory. */
  readonly memoryMiB: number;
  /** Width × height × frames, in millions. */
  readonly limitMegapixels: number;
  /** Longest side in pixels. */
  readonly limitSidePixels: number;
  /** Jobs that may wait for a worker before `overloaded`. */
  readonly queue: number;
}

/** Bounds on what a connection may cost. */
export interface LimitSettings {
  readonly headersTimeoutSeconds: number;
  readonly requestTimeoutSeconds: number;
  /** Longest silence while a body arrives. */
  readonly bodyTimeoutSeconds: number;
  /** Slowest body in bytes a second, averaged over `minRateWindowSeconds`. */
  readonly minBytesPerSecond: number;
  readonly minRateWindowSeconds: number;
  readonly keepAliveTimeoutSeconds: number;
  readonly maxConnections: number;
  readonly maxConcurrentUploads: number;
  /** After an early error: how much more of the body is read and discarded, and for how long. */
  readonly drainBytes: number;
  readonly drainSeconds: number;
  /** Bodies up to this size stay in memory. */
  readonly spoolMemoryBytes: number;
  /** After the signal to stop: how long the port stays open for those who have not yet heard of it from `/readyz`; 0 closes it at once. */
  readonly unreadySeconds: number;
  readonly shutdownSeconds: number;
}
