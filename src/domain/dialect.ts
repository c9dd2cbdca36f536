import type { CommandKind, CommandOf } from './command.ts';
import type { Access, CredentialScheme } from './credential-scheme.ts';
import type { IntakePolicy } from './intake-policy.ts';
import type { JsonObject } from './json.ts';
import type { ImageField, OutcomeOf } from './outcome.ts';
import type { Problem } from './problem.ts';
import type { Rendition } from './rendition.ts';
import type { RequestContext, WireProfile } from './request-context.ts';
import type { SubjectReference } from './subject.ts';
import type { UpstreamTranslation } from './upstream.ts';
import type { WireRequest, WireRequestHead, WireResponse } from './wire.ts';

/** What a dialect's data may depend on: its checked options and the wire profile. */
export interface DialectSetting<Options> {
  readonly options: Options;
  readonly profile: WireProfile;
}

/**
 * One operation of the document, translated. All functions are pure; they throw `ProblemError` (and nothing
 * else) for requests that cannot be understood.
 */
export interface Operation<Options, K extends CommandKind> {
  /** The kind of command that `read` makes. */
  readonly command: K;
  readonly access: Access;
  /** `pictures`: received under the dialect's intake policy. `json-lines`: one JSON value a line. */
  readonly body: 'none' | 'json' | 'json-lines' | 'pictures';
  /**
   * Reads from the head alone whom the request is about, so that access, existence and the subject's
   * generation are settled before the body is received. Absent for operations that concern no single person.
   */
  subject?(head: WireRequestHead, context: RequestContext<Options>): SubjectReference;
  /** The whole request in the domain's words. */
  read(request: WireRequest, context: RequestContext<Options>): CommandOf<K>;
  /** The answer in the dialect's words. */
  write(outcome: OutcomeOf<K>, context: RequestContext<Options>): WireResponse;
  /** Fields of an image that `write` prints. Where one of them is made up, the caller is told. */
  readonly prints?: readonly ImageField[];
  /** Set when the answer prints download addresses: how long they live. */
  readonly links?: (setting: DialectSetting<Options>) => { readonly ttlSeconds: number };
}

/** An operation of any command. */
export type AnyOperation<Options> = { [K in CommandKind]: Operation<Options, K> }[CommandKind];

/**
 * A legacy API as data and pure functions. One folder under `dialects/`, default-exported from its
 * `index.ts`, plus one OpenAPI document of the same name.
 */
export interface Dialect<Options extends object = object> {
  /** Also the folder's and the document's name, e.g. `capillary-v2`. */
  readonly name: string;
  /** One line for people: the docs page and the census print it. */
  readonly title: string;
  /** JSON Schema (2020-12) of the dialect's options, with `default`s; checked with the settings. */
  readonly optionsSchema: JsonObject;
  readonly credentials: readonly CredentialScheme[];
  /** By operationId; every operation of the document has one, checked at start. */
  readonly operations: Readonly<Record<string, AnyOperation<Options>>>;
  intake(setting: DialectSetting<Options>): IntakePolicy;
  /** What a reader of this dialect gets. */
  rendition(setting: DialectSetting<Options>): Rendition;
  /**
   * Default rates per credential and endpoint, as the vendor documents them; the settings may change them.
   */
  readonly rates: RatePolicy;
  /** The wire answer for a problem; total over the closed union. */
  renderProblem(problem: Problem, context: RequestContext<Options>): WireResponse;
  /**
   * Headers for every answer of this dialect, errors included (e.g. Capillary's request id headers, v1's
   * `Deprecation`).
   */
  responseHeaders?(context: RequestContext<Options>): Readonly<Record<string, string>>;
  /**
   * A redirect that the dialect's server gives before routing (Timbu observed: trailing slash), else
   * `undefined`.
   */
  redirect?(
    head: WireRequestHead,
    setting: DialectSetting<Options> & Pick<RequestContext<Options>, 'baseUrl'>,
  ): WireResponse | undefined;
  /** Whether the dialect's server ignores the Accept header; default: no. */
  ignoresAccept?(setting: DialectSetting<Options>): boolean;
  /** Claims that a token of `issue-token` carries about its client, beside the registered claims of JWTs. */
  tokenClaims?(setting: DialectSetting<Options>, client: { readonly key: string }): JsonObject;
  /**
   * Which profile this client needs, from its User-Agent or its own headers. Used where the settings say
   * `by-client`. `undefined` for unknown clients.
   */
  profileOfClient?(head: WireRequestHead): WireProfile | undefined;
  readonly upstream?: UpstreamTranslation<Options>;
}

/**
 * A fixed-window rate. `weights`: how much one call of an operation counts, by operationId; 1 where not
 * named.
 */
export interface RatePolicy {
  readonly limit: number;
  readonly windowSeconds: number;
  /** `endpoint`: each operation has a budget of its own per credential; `credential`: one budget for all. */
  readonly per: 'endpoint' | 'credential';
  readonly weights?: Readonly<Record<string, number>>;
}

/** Only gives a dialect its type, so that the compiler reports a mistake at the line that has it. */
export function defineDialect<Options extends object>(dialect: Dialect<Options>): Dialect<Options> {
  return dialect;
}

/** Gives an operation the type of its command, so that `read` and `write` are checked against each other. */
export function defineOperation<Options, K extends CommandKind>(
  operation: Operation<Options, K>,
): Operation<Options, K> {
  return operation;
}
