import { Type } from '@sinclair/typebox';
import {
  byKind,
  choice,
  closed,
  count,
  flag,
  json,
  list,
  origin,
  percent,
  positive,
  seconds,
  secretText,
  section,
  text,
  textLike,
  type ValueOf,
} from './schema-parts.ts';

/** The stages in order; a migration moves one step at a time, either way. */
export const STAGES = ['pass-through', 'shadow', 'dual-write', 'switched', 'complete'] as const;

/** The name of a stage. */
export type MigrationStage = (typeof STAGES)[number];

const credential = byKind(
  {
    header: { name: text('Name of the header.'), value: secretText('Value of the header.') },
    bearer: { token: secretText('The token.') },
    basic: {
      username: text('User name.'),
      password: secretText('Password.'),
      passwordDigest: choice(
        ['none', 'md5-hex'],
        '`md5-hex`: the password is sent as its hexadecimal MD5, as Capillary asks for it.',
        { default: 'none' },
      ),
    },
    // Timbu: the user is the bearer.
    'subject-jwt': {
      secret: secretText('The secret that signs the tokens (HS256).'),
      claim: text("Claim that carries the subject's id.", { default: 'user_id' }),
      ttlSeconds: seconds(300, 'Life of a token.'),
    },
  },
  'How the gateway authenticates to the backend: for the reconciler, the backfill, and clients where `passCredential` is off.',
);

const shadow = section({
  percent: percent(100, 'Share of requests that are compared.'),
  concurrency: count(2, 'Requests that are compared at once.', 1),
  queue: count(256, 'Requests that may wait; more are not compared.', 1),
  queueBytes: count(
    512 * 1024 * 1024,
    'Bytes of bodies that waiting requests may hold, in memory and on disk.',
  ),
  timeoutSeconds: seconds(60, 'Longest duration of one comparison.'),
  differences: count(1000, 'How many of the newest differences are kept, of each gateway process.'),
  keepPictures: flag(false, 'Keep the picture with a difference.'),
  keepValues: flag(
    false,
    'Keep both values of what differs, shortened, without secrets and without what identifies people.',
  ),
  ignore: list(
    text(
      'What may differ: the name of a response header, such as `cache-control`, or a JSON pointer, such as `/password_hash` or `/data/*/etag`, with `*` for positions in a list.',
    ),
  ),
  noiseEvery: count(
    50,
    'One of this many reads is sent to the backend more than once, to learn what differs by itself; 0: none.',
  ),
});

const gate = section({
  verificationHours: positive(24, 'How old a verification or a preflight may be.'),
  requirePreflight: flag(true, '`advance` to dual-write asks for a preflight in which nothing failed.'),
  minVerifiedPercent: percent(
    100,
    'Smallest share of the people of a step to `switched` who have to be verified. Whoever was not is copied at the first read; pictures of theirs that were copied before may be older than those at the backend.',
  ),
  minSamples: count(100, 'Compared requests that are needed.'),
  maxDifferentPercent: percent(
    5,
    'Largest share of requests that differ, by the upper bound at 95 % confidence.',
  ),
});

const backend = closed({
  tenant: text('The tenant whose backend this is.'),
  dialect: text('The dialect that clients speak.'),
  baseUrl: textLike(
    '^https?://[^/?#]+(/[^?#]*)?$',
    'an http or https address without query and fragment',
    'Address of the backend, with a base path where it has one. The only address that is called, except for pictures at `pictureOrigins`.',
  ),
  pictureOrigins: list(
    origin(
      'A further origin from which pictures may be fetched that the backend names in its responses, such as a CDN. Pictures at any other origin than this and that of `baseUrl` are not copied, not compared and not handed out.',
    ),
  ),
  picturePaths: list(
    textLike(
      '^/[^/?#][^?#]*/$',
      'a path that begins and ends with a slash',
      "Paths under which the backend serves its pictures, such as `/files/`. Where the gateway has taken over the backend's host name, downloads below them are forwarded until `complete`, so that addresses which the backend printed keep working.",
    ),
  ),
  speaks: Type.Optional(text('The dialect that the backend speaks; absent: that of the clients.')),
  options: json({
    default: {},
    description: "Options of the backend's dialect, on top of those of the tenant.",
  }),
  credential: Type.Optional(credential),
  passCredential: flag(
    true,
    "Send the client's own credential along. Off: `credential` is sent instead, for requests that the gateway itself lets in; needs `takesUnknown: false`.",
  ),
  preserveHost: flag(
    false,
    "Send the client's `Host`; needed where the backend builds addresses from it. Off: the host of `baseUrl`.",
  ),
  takesUnknown: flag(
    true,
    'While the backend answers, forward requests whose credential the gateway does not know.',
  ),
  learn: list(
    choice(
      ['firstName', 'lastName', 'email', 'phoneNumber', 'extra'],
      "A field of people's profiles that the directory takes over from the backend's responses, while there is a backend; `extra`: what only this dialect prints.",
    ),
  ),
  initialStage: choice(STAGES, 'The stage in which a new migration begins.', {
    default: 'pass-through',
  }),
  strictTranslation: flag(false, "Refuse what the backend's dialect cannot express."),
  lossHeader: Type.Optional(
    textLike('^[A-Za-z0-9-]+$', 'a header name', 'Response header that lists the losses; absent: none.'),
  ),
  connectTimeoutSeconds: seconds(5, 'Longest duration of connecting.'),
  timeoutSeconds: seconds(
    30,
    'From the end of the request to the first byte of the response, and between two pieces of it.',
  ),
  settleSeconds: seconds(
    30,
    'How long after a request without a response the backend may still carry it out.',
  ),
  maxConnections: count(
    64,
    'Connections to the backend. Bodies under way may hold seven eighths of them; of these a credential may have half, callers whose credential the gateway does not know half together and a quarter from one network.',
    1,
  ),
  requestsPerSecond: positive(10, 'Pace of backfill and verify.'),
  shadow,
  gate,
});

/** The schema of `migration`. */
export const migrationSchema = closed({ backends: Type.Array(backend) });

/** The legacy backends behind this gateway. */
export type MigrationSettings = ValueOf<typeof migrationSchema>;

/** One tenant's backend behind one dialect. */
export type BackendSettings = MigrationSettings['backends'][number];

/** How the gateway authenticates to a backend. */
export type BackendCredential = ValueOf<typeof credential>;

/** What shadow work may cost. */
export type ShadowSettings = ValueOf<typeof shadow>;

/** What `advance` to `switched` asks for. */
export type GateSettings = ValueOf<typeof gate>;
