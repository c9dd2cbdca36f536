import type { Json } from '../domain/index.ts';
import type { KitClient } from './kit-client.ts';

/** The server that is judged, and what it takes to be let in. */
export interface ConformanceTarget {
  /** Where the dialect's paths begin, e.g. `https://api.example.com`; without a trailing slash. */
  readonly url: string;
  /** Headers of every request with a good credential. */
  readonly headers: Readonly<Record<string, string>>;
  /** An expired credential, where there is one to try. */
  readonly expiredHeaders?: Readonly<Record<string, string>>;
  /** A credential that is good and lacks every scope that operations ask for beyond being let in. */
  readonly lesserHeaders?: Readonly<Record<string, string>>;
  /** Values of path and query parameters, by name; the document's examples fill in the rest. */
  readonly params: Readonly<Record<string, string>>;
  /** JSON bodies by operationId, where the document's example will not do. */
  readonly bodies: Readonly<Record<string, Json>>;
}

/** Something in an answer that is not as the contract has it. */
export interface Finding {
  /** Where, e.g. `status`, `body/errors/0/code`, `picture/width`. */
  readonly where: string;
  readonly expected: string;
  readonly got: string;
}

/** One thing that a server of the dialect must do. */
export interface ConformanceCase {
  /** `operationId/what is tried`: stable, for the list of known deviations. */
  readonly id: string;
  readonly title: string;
  readonly operationId: string;
  /** Whether a server may change something because of it. */
  readonly writes: boolean;
  /** Sends what has to be sent. No findings: the server conforms. */
  run(client: KitClient): Promise<readonly Finding[]>;
}
