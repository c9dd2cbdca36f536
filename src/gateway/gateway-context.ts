import type { IncomingMessage } from 'node:http';
import type { WireProfile } from '../domain/index.ts';
import type { LoadedDialect } from './dialect-registry.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { IncomingBody } from './intake/incoming-body.ts';
import type { UploadStore } from './intake/upload-store.ts';
import type { UploadAdmission } from './limits/upload-admission.ts';
import type { DocumentOperation } from './openapi/open-api-document.ts';
import type { GatewayMetrics } from './reports/metrics.ts';
import type { OriginReader } from './requests/client-origin.ts';
import type { RouteTable } from './routes/route-table.ts';
import type { RequestValidator } from './validation/request-validator.ts';
import type { ResponseValidator } from './validation/response-validator.ts';

/** What every request uses: the parts, and what the gateway built from them at start. */
export interface GatewayContext {
  readonly parts: GatewayParts;
  readonly readOrigin: OriginReader;
  readonly routes: RouteTable;
  readonly uploads: UploadStore;
  readonly admission: UploadAdmission;
  readonly metrics: GatewayMetrics;
  validatorOf(documented: DocumentOperation): RequestValidator;
  responseValidatorOf(loaded: LoadedDialect, profile: WireProfile): ResponseValidator;
  /** Bodies of the requests under way; each connection has one at a time. */
  readonly inFlight: Set<IncomingBody>;
  /** Requests on connections above the limit. They only get the gateway's health. */
  readonly surplus: WeakSet<IncomingMessage>;
  /** Whether the gateway is stopping, so that no connection should be kept. */
  readonly isStopping: () => boolean;
  /** Compiles the schemas that the first requests would otherwise wait for. */
  warmUp(): Promise<void>;
}
