import type { ProblemKind } from '../../src/domain/index.ts';
import { formBytes, type Part } from '../gateway/support/multipart.ts';
import type { RawScript } from './raw-client.ts';
import type { WireDialect } from './wire-dialect.ts';

/** One malformed or odd request and what must become of it. */
export interface RawCase {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly script: RawScript;
  /**
   * The problem that the dialect must report. `good`: a documented success. `house`: the path belongs to no
   * dialect.
   */
  readonly expected: ProblemKind | 'good' | 'house' | readonly (ProblemKind | 'good')[];
  readonly allow?: string;
}

/** Pictures that cases are built from. */
export interface RawPictures {
  /** Accepted by every dialect. */
  readonly good: Buffer;
  /** The same format, cut off in the middle. */
  readonly cut: Buffer;
}

/** The Content-Type of the forms. */
export const FORM = 'multipart/form-data; boundary=XbX';

/** The parts of a request that differ from a good upload. */
export interface RawRequest {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  /** After Host and credential; each a whole line. */
  readonly lines?: readonly string[];
  readonly host?: readonly string[];
  readonly credential?: readonly string[];
  /** Sent after the head, as they are; a number waits that many milliseconds. */
  readonly body?: readonly (string | Buffer | number)[];
  readonly halfClose?: boolean;
}

/** Makes a case from its request. */
export type Make = (name: string, expected: RawCase['expected'], request: RawRequest) => RawCase;

/** Makes the cases of a dialect. */
export function caseMaker({ upload, subject, credential }: WireDialect): Make {
  return (name, expected, request) => {
    const { method = upload.method, target = upload.path(subject), version = 'HTTP/1.1' } = request;
    const { host = ['Host: gateway.test'], credential: auth = [credential], lines = [], body = [] } = request;
    const head = [`${method} ${target} ${version}`, ...host, ...auth, ...lines, '', ''].join('\r\n');
    return {
      name,
      method,
      target,
      expected,
      script: {
        send: [Buffer.from(head, 'latin1'), ...body],
        ...(request.halfClose && { halfClose: true }),
        ...(method === 'HEAD' && { bodiless: true }),
      },
    };
  };
}

/** A whole body with its length. */
export function sized(body: Buffer | string, ...lines: string[]): Pick<RawRequest, 'lines' | 'body'> {
  return { lines: [`Content-Length: ${body.length}`, ...lines], body: [body] };
}

/** A form with its length and type. */
export function form(
  parts: readonly Part[],
  options: Parameters<typeof formBytes>[1] = {},
): Pick<RawRequest, 'lines' | 'body'> {
  return sized(formBytes(parts, options), `Content-Type: ${FORM}`);
}
