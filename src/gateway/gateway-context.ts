import type { BufferGarbage } from '../memory/buffer-garbage.ts';
import type { LoadedDialect } from './dialect-registry.ts';
import type { LiveExchange } from './exchange/live-exchange.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { UploadStore } from './intake/upload-store.ts';
import type { UploadAdmission } from './limits/upload-admission.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { DocumentOperation } from './openapi/open-api-document.ts';
import type { RouteTable } from './routes/route-table.ts';
import type { AnswerJudge } from './validation/answer-judge.ts';
import type { RequestValidator } from './validation/request-validator.ts';

/** What every exchange works with: the parts, and what the gateway made of them at start. */
export interface GatewayContext {
  readonly parts: GatewayParts;
  readonly routes: RouteTable;
  readonly uploads: UploadStore;
  readonly admission: UploadAdmission;
  readonly garbage: BufferGarbage;
  readonly metrics: GatewayMetrics;
  validatorOf(documented: DocumentOperation): RequestValidator;
  judgeOf(loaded: LoadedDialect): AnswerJudge;
  /** Exchanges under way; each connection has one at a time. */
  readonly inFlight: Set<LiveExchange>;
  /** Whether the gateway is going down, so that no connection should be kept. */
  isStopping(): boolean;
  /** Compiles what the first requests would otherwise wait for. */
  warmUp(): Promise<void>;
}
