import { pipeline } from 'node:stream/promises';
import type { LimitSettings } from '../../settings/settings.ts';
import type { IncomingBody } from '../intake/incoming-body.ts';
import type { BuiltResponse } from './build-response.ts';
import { drainAfterResponse, drainBody } from './drain-body.ts';

/**
 * Sends a built response. The rest of the request's body is read and discarded first. If it does not end in
 * time, the answer goes out with `Connection: close`, and the connection stays open a little longer before it
 * is closed. A gateway that is stopping keeps no connection.
 */
export async function sendResponse(
  body: IncomingBody,
  built: BuiltResponse,
  limits: Pick<LimitSettings, 'drainBytes' | 'drainSeconds'>,
  isStopping: () => boolean,
): Promise<void> {
  const { response } = body;
  const whole = fitsDrain(body, limits) && (await drainBody(body, limits)) === 'whole';
  if (response.destroyed || response.headersSent) {
    if (built.kind === 'picture' && !built.body?.bytes) built.body?.stream.destroy();
    return;
  }
  response.statusCode = built.status;
  for (const [name, value] of Object.entries(built.headers)) response.setHeader(name, value);
  if (!whole || isStopping()) response.setHeader('Connection', 'close');

  if (built.kind === 'picture') {
    // A picture's body that is shorter than announced breaks the connection, so that the reader does not wait
    // for the rest.
    response.strictContentLength = true;
    if (built.body?.bytes) await endResponse(body, built.body.bytes);
    else if (built.body) await pipeline(built.body.stream, response);
    else response.end();
    return;
  }
  if (whole) {
    await endResponse(body, built.bytes);
    return;
  }
  // The length is announced, so the client has the whole answer although the response has not ended. Ending
  // it would close the connection, and a reset could overtake the answer.
  response.flushHeaders();
  if (built.bytes) response.write(built.bytes);
  await drainAfterResponse(body, limits);
  await endResponse(body);
}

/** Whether draining first can succeed; a longer announced body is answered at once. */
function fitsDrain(
  { announcedBytes = 0, receivedBytes }: IncomingBody,
  { drainBytes }: Pick<LimitSettings, 'drainBytes'>,
): boolean {
  return announcedBytes - receivedBytes <= drainBytes;
}

function endResponse({ response }: IncomingBody, bytes?: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve).once('finish', resolve);
    if (bytes) response.end(bytes);
    else response.end();
  });
}
