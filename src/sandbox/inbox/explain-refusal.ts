import { type IntakePolicy, type Problem, type ProblemTable, renderFrom } from '../../domain/index.ts';
import type { LoadedDialect } from '../../gateway/dialect-registry.ts';
import type { DocumentOperation } from '../../gateway/openapi/open-api-document.ts';
import type { ImagingSettings } from '../../settings/settings.ts';
import type { Refusal } from './received-upload.ts';

/** The facts that explain a refusal. */
export interface RefusedRequest {
  readonly loaded?: LoadedDialect;
  readonly documented?: DocumentOperation;
  readonly limits: Pick<ImagingSettings, 'limitMegapixels' | 'limitSidePixels'>;
  /** Ids of the dialect that lead to a person. */
  readonly subjects: readonly string[];
}

interface Context extends RefusedRequest {
  readonly policy?: IntakePolicy;
}

type Explanation = Pick<Refusal, 'rule' | 'accepted'> & { readonly at: Place };

/** A part of the operation in the document. */
type Place = 'body' | 'security' | 'operation' | { readonly parameter: string };

/**
 * Explains a refusal: which rule the request broke, where the document states the rule, and what would have been
 * accepted.
 */
export function explainRefusal(problem: Problem, request: RefusedRequest): Refusal {
  const { loaded } = request;
  const policy = loaded?.dialect.intake(loaded.setting());
  const { rule, at, accepted } = renderFrom<Context, Explanation>(EXPLANATIONS, problem, {
    ...request,
    ...(policy && { policy }),
  });
  return { problem: problem.kind, rule, place: pointerTo(at, request), accepted };
}

const EXPLANATIONS = {
  unauthenticated: ({ reason }, { loaded }) => ({
    rule: {
      missing: 'no credential was sent',
      invalid: 'the credential is not known',
      expired: 'the credential has expired',
    }[reason],
    at: 'security',
    accepted: loaded?.dialect.credentials.map(credentialText).join(', or ') ?? 'a credential of the dialect',
  }),
  forbidden: (_problem, { loaded, documented }) => {
    const access = loaded?.dialect.operations[documented?.operationId ?? '']?.access;
    const scopes = [
      ...(access?.scopes ?? []),
      ...(access?.scopesForOthers ?? []).map((scope) => `${scope} (for others than oneself)`),
    ];
    return {
      rule: 'the credential is good, and may not do this',
      at: 'security',
      accepted:
        scopes.length > 0 ? `a credential with ${scopes.join(' and ')}` : 'a credential of the person',
    };
  },
  'subject-not-found': (_problem, { subjects }) => ({
    rule: 'no person has that id',
    at: 'operation',
    accepted: subjects.length > 0 ? `one of ${subjects.slice(0, 20).join(', ')}` : 'an id of this dialect',
  }),
  'image-not-found': () => ({
    rule: 'there is no such picture',
    at: 'operation',
    accepted: 'a picture that was uploaded before',
  }),
  'invalid-parameter': ({ name, value, location }, { documented }) => ({
    rule:
      value === undefined
        ? `${location} ${name} is missing`
        : `${location} ${name} is ${JSON.stringify(value)}`,
    at: { parameter: name },
    accepted: schemaText(documented?.parameters.find((parameter) => parameter.name === name)?.schema),
  }),
  'body-missing': (_problem, context) => ({
    rule: 'the body is empty',
    at: 'body',
    accepted: fileText(context),
  }),
  'body-malformed': ({ reason }, context) => ({
    rule: {
      'boundary-missing': 'Content-Type says multipart and gives no boundary',
      syntax: 'the form cannot be read: a delimiter, a blank line or the end is missing',
      limits: 'the form has more parts, or longer names, than any client sends',
    }[reason],
    at: 'body',
    accepted: fileText(context),
  }),
  'length-mismatch': () => ({
    rule: 'fewer or more bytes came than Content-Length announced',
    at: 'body',
    accepted: 'a body of the announced length',
  }),
  'file-missing': ({ field, sentAsText }, context) => ({
    rule: sentAsText
      ? `the part "${field}" came as text: it has no filename`
      : `no part "${field}" with a filename came`,
    at: 'body',
    accepted: fileText(context),
  }),
  'too-many-files': ({ limit }, context) => ({
    rule: `more than ${limit} ${limit === 1 ? 'file' : 'files'} came`,
    at: 'body',
    accepted: fileText(context),
  }),
  'file-too-large': ({ limitBytes, bytes }, context) => ({
    rule: `the file is larger than ${amount(limitBytes)}${bytes === undefined ? '' : `: ${amount(bytes)}`}`,
    at: 'body',
    accepted: fileText(context),
  }),
  'file-too-small': ({ limitBytes, bytes }, context) => ({
    rule: `the file has ${amount(bytes)}, fewer than ${amount(limitBytes)}`,
    at: 'body',
    accepted: fileText(context),
  }),
  'unsupported-format': ({ detected, accepted }) => ({
    rule: detected === undefined ? 'the bytes are no picture' : `the bytes are ${detected}`,
    at: 'body',
    accepted: accepted.join(', '),
  }),
  'corrupt-image': () => ({
    rule: 'the picture cannot be decoded to its end',
    at: 'body',
    accepted: 'a picture whose bytes are whole',
  }),
  'image-too-complex': ({ limit }, { limits }) => ({
    rule: `the picture has too many ${{ side: 'pixels on one side', pixels: 'pixels', frames: 'frames', time: 'passes: decoding it takes too long', memory: 'pixels for the memory of a worker' }[limit]}`,
    at: 'body',
    accepted: `at most ${limits.limitMegapixels} megapixels over all frames, and ${limits.limitSidePixels} pixels on a side`,
  }),
  conflict: ({ reason }) => ({
    rule:
      reason === 'precondition'
        ? 'If-Match does not name the standing picture'
        : 'another update was committed meanwhile',
    at: 'operation',
    accepted: reason === 'precondition' ? 'the ETag of the standing picture' : 'the same request once more',
  }),
  'rate-limited': ({ retryAfterSeconds }, { loaded }) => ({
    rule: 'the credential has asked too often',
    at: 'operation',
    accepted: `${loaded ? `${loaded.rate.limit} requests in ${loaded.rate.windowSeconds} s; ` : ''}again in ${retryAfterSeconds} s`,
  }),
  'route-not-found': (_problem, { loaded }) => ({
    rule: 'no document has this path',
    at: 'operation',
    accepted:
      loaded?.operations
        .flatMap(({ method, template, prefixes }) =>
          prefixes.map((prefix) => `${method.toUpperCase()} ${prefix}${template}`),
        )
        .join(', ') ?? 'a path of one of the dialects',
  }),
  'method-not-allowed': ({ allow }) => ({
    rule: 'the path does not take this method',
    at: 'operation',
    accepted: allow.join(', '),
  }),
  'not-acceptable': (_problem, { documented }) => ({
    rule: 'Accept allows no type of the answer',
    at: 'operation',
    accepted: [
      ...new Set(
        Object.values(documented?.operation.responses ?? {}).flatMap((answer) =>
          'content' in answer ? Object.keys(answer.content ?? {}) : [],
        ),
      ),
    ].join(', '),
  }),
  'unsupported-media-type': ({ declared }, context) => ({
    rule: declared === undefined ? 'Content-Type is missing' : `Content-Type is ${declared}`,
    at: 'body',
    accepted: fileText(context),
  }),
  'request-timeout': () => ({
    rule: 'the body fell silent or crawled',
    at: 'body',
    accepted: 'a body that arrives',
  }),
  overloaded: ({ retryAfterSeconds }) => ({
    rule: 'too much is under way',
    at: 'operation',
    accepted: `the same in ${retryAfterSeconds} s`,
  }),
  'upstream-unavailable': () => ({
    rule: 'the backend cannot be reached',
    at: 'operation',
    accepted: 'the same later',
  }),
  'upstream-timeout': () => ({
    rule: 'the backend does not answer',
    at: 'operation',
    accepted: 'the same later',
  }),
  'name-taken': ({ pointer, value }) => ({
    rule: `${pointer} ${value} belongs to another person`,
    at: 'operation',
    accepted: 'a name that no person has',
  }),
  'person-exists': () => ({
    rule: 'there is a person of that id',
    at: 'operation',
    accepted: 'an id that no person has',
  }),
  'person-erased': () => ({
    rule: 'the person was erased',
    at: 'operation',
    accepted: 'another person',
  }),
  'precondition-failed': () => ({
    rule: 'If-Match does not name the version of the person',
    at: 'operation',
    accepted: 'the ETag of that version',
  }),
  'invalid-person': ({ pointer, reason }) => ({
    rule: `${pointer === '' ? 'the person' : pointer}: ${reason}`,
    at: 'body',
    accepted: 'a person as the document describes it',
  }),
  internal: () => ({
    rule: 'the sandbox failed',
    at: 'operation',
    accepted: 'the same request; it is not at fault',
  }),
} satisfies ProblemTable<Context, Explanation>;

function credentialText(scheme: LoadedDialect['dialect']['credentials'][number]): string {
  switch (scheme.kind) {
    case 'basic':
      return `Authorization: Basic${scheme.passwordDigest === 'md5-hex' ? ' with the MD5 of the password' : ''}`;
    case 'bearer':
      return 'Authorization: Bearer';
    case 'header-key':
      return `a key in ${scheme.header}`;
    case 'issued-token':
      return `a token in ${scheme.header}`;
  }
}

function fileText({ policy }: Context): string {
  if (!policy) return 'a picture';
  const { bodies, field, formats, maxFiles, minBytes, maxBytes } = policy;
  const form = field === 'any' ? 'in a part of any name' : `in the part "${field.name}"`;
  const ways = bodies.map((kind) => (kind === 'raw' ? 'as the body' : `${form} of a form`));
  const size = minBytes > 1 ? `${amount(minBytes)} to ${amount(maxBytes)}` : `up to ${amount(maxBytes)}`;
  return `${maxFiles === 1 ? 'one file' : `up to ${maxFiles} files`} ${ways.join(' or ')}, ${size}, ${formats.join(', ')}`;
}

function amount(bytes: number): string {
  return `${bytes.toLocaleString('en')} bytes`;
}

function schemaText(schema: unknown): string {
  return schema === undefined ? 'the parameter left out' : JSON.stringify(schema);
}

function pointerTo(at: Place, { loaded, documented }: RefusedRequest): string {
  if (!documented) return '/paths';
  const path = `/paths/${documented.publishedAs.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const operation = `${path}/${documented.method}`;
  if (at === 'operation') return operation;
  if (at === 'security') return documented.operation.security ? `${operation}/security` : '/security';
  if (at === 'body') return documented.operation.requestBody ? `${operation}/requestBody` : operation;
  const findNamed = (list: readonly object[] | undefined) =>
    list?.findIndex((one) => 'name' in one && one.name === at.parameter) ?? -1;
  const own = findNamed(documented.operation.parameters);
  if (own >= 0) return `${operation}/parameters/${own}`;
  const shared = findNamed(loaded?.document.paths?.[documented.template]?.parameters);
  return shared >= 0 ? `${path}/parameters/${shared}` : operation;
}
