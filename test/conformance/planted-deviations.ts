import type { WireProfile } from '../../src/domain/index.ts';
import { aJpeg, aPng } from '../support/pictures.ts';
import type { Mutation, ProxiedAnswer, ProxiedRequest } from './mutating-proxy.ts';

/** A server that does not do what the contract says. */
export interface PlantedDeviation extends Mutation {
  readonly name: string;
  readonly dialect: string;
  readonly profile?: WireProfile;
  /** Only cases whose id contains one of these. */
  readonly among?: readonly string[];
}

type Members = Record<string, unknown>;

/** An answer to HEAD has JSON's type and no JSON. */
function holdsJson({ headers, body }: ProxiedAnswer): boolean {
  return body.byteLength > 0 && /[/+]json/.test(headers['content-type'] ?? '');
}

/** Changes the JSON of answers. */
function json(
  change: (value: Members) => void,
  when: (answer: ProxiedAnswer, sent: ProxiedRequest) => boolean,
) {
  return (answer: ProxiedAnswer, sent: ProxiedRequest): ProxiedAnswer => {
    if (!holdsJson(answer) || !when(answer, sent)) return answer;
    const value = JSON.parse(answer.body.toString()) as Members;
    change(value);
    return { ...answer, body: Buffer.from(JSON.stringify(value)) };
  };
}

function status(from: number, to: number) {
  return (answer: ProxiedAnswer): ProxiedAnswer =>
    answer.status === from ? { ...answer, status: to } : answer;
}

function without(header: string) {
  return (answer: ProxiedAnswer): ProxiedAnswer => {
    const { [header]: _gone, ...headers } = answer.headers;
    return { ...answer, headers };
  };
}

function download(change: (answer: ProxiedAnswer) => ProxiedAnswer | Promise<ProxiedAnswer>) {
  return (answer: ProxiedAnswer, sent: ProxiedRequest) =>
    sent.path.startsWith('/images/') ? change(answer) : answer;
}

const isRefusal = ({ status: code }: ProxiedAnswer) => code >= 400;
const isSuccess = ({ status: code }: ProxiedAnswer) => code < 300;

/** Keeps the last good answer of a method, and gives it again. */
function replaying(method: string): Mutation {
  let kept: ProxiedAnswer | undefined;
  return {
    answer(answer, sent) {
      if (sent.method !== method) return answer;
      if (isSuccess(answer)) kept = answer;
      return kept ?? answer;
    },
  };
}

/** At least one of each sort that a careless rewrite of a server brings along. */
export const DEVIATIONS: readonly PlantedDeviation[] = [
  { name: 'success is 201', dialect: 'timbu', answer: status(200, 201) },
  { name: 'a missing credential is 403', dialect: 'magicline-v1', answer: status(401, 403) },
  { name: 'unprocessable is 400', dialect: 'native', answer: status(422, 400) },
  {
    name: 'an unknown path is 400',
    dialect: 'smartsheet',
    answer: status(404, 400),
    among: ['unknown-path'],
  },
  {
    name: 'business errors have their status in profile observed',
    dialect: 'capillary-v2',
    profile: 'observed',
    among: ['addCustomerImage/form', 'addCustomerImage/credential'],
    answer: (answer) => (answer.body.includes('"code":8081') ? { ...answer, status: 400 } : answer),
  },
  {
    name: 'another error code of the vendor',
    dialect: 'smartsheet',
    answer: json(
      (value) => (value.errorCode = 1006),
      ({ body }) => body.includes('1020'),
    ),
  },
  {
    name: 'an error code as a string',
    dialect: 'smartsheet',
    answer: json((value) => (value.errorCode = String(value.errorCode)), isRefusal),
  },
  {
    name: 'an error without its reference',
    dialect: 'smartsheet',
    answer: json((value) => delete value.refId, isRefusal),
  },
  {
    name: 'other words for an error',
    dialect: 'timbu',
    answer: json(
      (value) => (value.detail = 'nope'),
      ({ status: code }) => code === 401,
    ),
  },
  {
    name: 'an error in the house style of a framework',
    dialect: 'timbu',
    answer: (answer) =>
      answer.status === 405
        ? {
            ...answer,
            headers: { ...answer.headers, 'content-type': 'text/html' },
            body: Buffer.from('<h1>No</h1>'),
          }
        : answer,
  },
  {
    name: 'a further member in an error',
    dialect: 'magicline-v1',
    answer: json((value) => (value.hint = 'try again'), isRefusal),
  },
  {
    name: 'errors without their data list',
    dialect: 'capillary-v2',
    among: ['addCustomerImage/form'],
    answer: json((value) => delete value.data, isRefusal),
  },
  {
    name: 'a field left out of the user',
    dialect: 'timbu',
    answer: json((value) => delete value.email, isSuccess),
  },
  {
    name: 'an id as a string',
    dialect: 'smartsheet',
    answer: json(
      (value) => (value.id = String(value.id)),
      (answer) => isSuccess(answer) && answer.body.includes('firstName'),
    ),
  },
  {
    name: 'a size as a number',
    dialect: 'capillary-v2',
    among: ['addCustomerImage/stores-small'],
    answer: (answer) => ({
      ...answer,
      body: Buffer.from(
        answer.body.toString('latin1').replace(/"fileSize":"(\d+)"/, '"fileSize":$1'),
        'latin1',
      ),
    }),
  },
  {
    name: 'JSON as plain text',
    dialect: 'native',
    answer: (answer) =>
      answer.headers['content-type']?.includes('json')
        ? { ...answer, headers: { ...answer.headers, 'content-type': 'text/plain' } }
        : answer,
  },
  { name: 'a wrong method without Allow', dialect: 'native', answer: without('allow') },
  { name: 'no challenge beside 401', dialect: 'timbu', answer: without('www-authenticate') },
  {
    name: 'no request id',
    dialect: 'capillary-v2',
    among: ['addCustomerImage/credential'],
    answer: without('x-cap-request-id'),
  },
  { name: 'too large is 413', dialect: 'magicline-v1', among: ['too-large'], answer: status(400, 413) },
  {
    name: 'an address that needs no signature',
    dialect: 'magicline-v1',
    ...(() => {
      let kept: ProxiedAnswer | undefined;
      return {
        answer: download((answer) => {
          if (answer.status === 200) kept = answer;
          return kept ?? answer;
        }),
      };
    })(),
  },
  {
    name: 'a dead address',
    dialect: 'magicline-v1',
    answer: download((answer) => ({ ...answer, status: 404 })),
  },
  {
    name: 'a download of no known type',
    dialect: 'smartsheet',
    answer: download((answer) => ({
      ...answer,
      headers: { ...answer.headers, 'content-type': 'application/octet-stream' },
    })),
  },
  {
    name: 'an enlarged picture',
    dialect: 'magicline-v1',
    among: ['stores-small'],
    answer: download(async (answer) =>
      answer.status === 200 ? { ...answer, body: await aJpeg({ width: 720, height: 1200 }) } : answer,
    ),
  },
  {
    name: 'a picture with its position left in',
    dialect: 'magicline-v1',
    among: ['stores-small'],
    answer: download(async (answer) =>
      answer.status === 200
        ? { ...answer, body: await aJpeg({ width: 120, height: 200, gps: true }) }
        : answer,
    ),
  },
  {
    name: 'a picture that is not converted',
    dialect: 'magicline-v1',
    among: ['stores-small'],
    answer: download(async (answer) =>
      answer.status === 200 ? { ...answer, body: await aPng({ width: 120, height: 200 }) } : answer,
    ),
  },
  {
    name: 'a picture that is not turned upright',
    dialect: 'native',
    among: ['stores-camera'],
    answer: async (answer, sent) =>
      sent.method === 'GET' && answer.status === 200
        ? { ...answer, body: await aJpeg({ width: 160, height: 90 }) }
        : answer,
  },
  { name: 'everybody is let in', dialect: 'magicline-v1', ...replaying('GET'), among: ['getCustomer/'] },
  { name: 'an upload that is never stored', dialect: 'native', ...lost('PUT') },
  { name: 'a delete that deletes nothing', dialect: 'native', ...lost('DELETE') },
  {
    name: 'conditions are not read',
    dialect: 'native',
    request: (sent) => ({ ...sent, headers: withoutMember(sent.headers, 'if-none-match') }),
  },
  {
    name: 'ranges are not read',
    dialect: 'native',
    request: (sent) => ({ ...sent, headers: withoutMember(sent.headers, 'range') }),
  },
  {
    name: 'no redirect for a slash too many',
    dialect: 'timbu',
    profile: 'observed',
    answer: status(307, 404),
  },
];

/** Answers a method well and keeps the server behind from hearing of it. */
function lost(method: string): Mutation {
  let kept: ProxiedAnswer | undefined;
  return {
    request: (sent) => (sent.method === method && kept ? { ...sent, method: 'GET', path: '/healthz' } : sent),
    answer(answer, sent) {
      if (sent.method !== method) return answer;
      kept ??= isSuccess(answer) ? answer : undefined;
      return kept ?? answer;
    },
  };
}

function withoutMember(headers: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

/** JSON with its keys the other way round means the same. */
export const KEY_ORDER: Mutation = {
  answer: (answer) =>
    holdsJson(answer) ? { ...answer, body: Buffer.from(reverse(answer.body.toString())) } : answer,
};

function reverse(text: string): string {
  return JSON.stringify(turn(JSON.parse(text)));
}

function turn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, turn(member)]),
  );
}
