import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { playExchange } from './play-exchange.ts';
import { startTranscriptGateway, type TranscriptGateway } from './start-transcript-gateway.ts';
import { readTranscript } from './transcript.ts';

const NAMES = [
  'capillary-v2.documented',
  'capillary-v2.observed',
  'magicline-v1.documented',
  'smartsheet.documented',
  'smartsheet.observed',
  'timbu.documented',
  'timbu.observed',
  'native.documented',
];

const transcripts = await Promise.all(
  NAMES.map(async (name) => ({ name, transcript: await readTranscript(name) })),
);

describe.each(transcripts)('$name, byte for byte:', ({ transcript }) => {
  let gateway: TranscriptGateway;

  beforeAll(async () => {
    gateway = await startTranscriptGateway(transcript);
  });
  afterAll(() => gateway.stop());

  it.each(transcript.exchanges)('$it', async ({ it: name, request, answer }) => {
    gateway.begin(name);
    expect(await playExchange(gateway.url, transcript.headers, request)).toEqual(answer);
  });

  it('the transcript leaves nothing in the temporary folders', async () => {
    expect(await gateway.leftovers()).toEqual([]);
  });
});
