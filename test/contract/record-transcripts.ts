/*
 * `node test/contract/record-transcripts.ts [name …]`: plays the requests of the transcripts and writes down the answers. Read the
 * difference before it is committed: each line of it is something that clients see.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { playExchange } from './play-exchange.ts';
import { startTranscriptGateway } from './start-transcript-gateway.ts';
import { type RecordedExchange, readTranscript, writeTranscript } from './transcript.ts';

const all = (await readdir(join(import.meta.dirname, 'transcripts'))).map((file) =>
  file.replace('.yaml', ''),
);
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : all) {
  const transcript = await readTranscript(name);
  const gateway = await startTranscriptGateway(transcript);
  const exchanges: RecordedExchange[] = [];
  for (const { it, request } of transcript.exchanges) {
    gateway.begin(it);
    exchanges.push({ it, request, answer: await playExchange(gateway.url, transcript.headers, request) });
  }
  await gateway.stop();
  await writeTranscript(name, { ...transcript, exchanges });
  console.log(`${name}: ${exchanges.length} exchanges`);
}
