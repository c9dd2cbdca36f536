import { createHash } from 'node:crypto';
import { type DemoGateway, startDemoGateway } from '../support/start-gateway.ts';
import type { Transcript } from './transcript.ts';

/** 2025-04-21 03:01:43 UTC: the moment of the vendor's printed sample. */
const NOW_MS = Date.UTC(2025, 3, 21, 3, 1, 43);

/** A gateway whose answers come out the same in every run. */
export interface TranscriptGateway extends DemoGateway {
  /** Ids of an exchange follow from its name: an exchange that is added changes no other one. */
  begin(exchange: string): void;
}

/** The demo with a clock that stands still, ids that follow from the exchange, and a signing key of its own. */
export async function startTranscriptGateway({
  dialect,
  profile,
}: Pick<Transcript, 'dialect' | 'profile'>): Promise<TranscriptGateway> {
  let seed = 'start';
  let count = 0;
  const newId = () => {
    count += 1;
    return createHash('sha256').update(`${seed} ${count}`).digest('hex').slice(0, 32);
  };
  const gateway = await startDemoGateway(
    (demo) => {
      const own = demo.dialects[dialect];
      if (!own) throw new Error(`the demo does not speak ${dialect}`);
      return {
        ...demo,
        publicUrl: 'https://images.example',
        dialects: { ...demo.dialects, [dialect]: { ...own, profile } },
        downloads: { ...demo.downloads, keys: [{ id: 'k', secret: 'the transcripts are signed with it' }] },
      };
    },
    { clock: { nowMs: () => NOW_MS }, ids: { newId } },
  );
  return {
    ...gateway,
    begin(exchange) {
      seed = exchange;
      count = 0;
    },
  };
}
