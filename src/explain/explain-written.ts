import { explainRequest } from './explain-request.ts';
import { readRequestFile } from './read-request-file.ts';
import { type ShownExplanation, showExplanation } from './show-explanation.ts';

/** Explains a request as people write it into a file. */
export async function explainWritten({
  written,
  ...parts
}: Omit<Parameters<typeof explainRequest>[0], 'request'> & {
  readonly written: Buffer;
}): Promise<ShownExplanation> {
  const request = readRequestFile(written);
  return showExplanation(request, await explainRequest({ ...parts, request }));
}
