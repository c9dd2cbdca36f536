import type { Principal } from './principal.ts';
import type { WireRequestHead } from './wire.ts';

/** Which reading of the vendor's wire is spoken where its documents and its traffic disagree (wire/README.md). */
export type WireProfile = 'documented' | 'observed';

/** Everything that a dialect may know of the request it translates, as plain values. */
export interface RequestContext<Options> {
  /** 32 hex digits. */
  readonly requestId: string;
  /** 32 hex digits: the W3C trace id of the request, or one made for it. */
  readonly traceId: string;
  readonly nowMs: number;
  readonly profile: WireProfile;
  /** The dialect's options, checked by its schema: defaults, then the settings', then the tenant's. */
  readonly options: Options;
  /** `https://host[:port]` under which the caller reached the gateway, or `publicUrl` of the settings. */
  readonly baseUrl: string;
  readonly request: WireRequestHead;
  /** Absent until the credential has been authenticated. */
  readonly principal?: Principal;
}
