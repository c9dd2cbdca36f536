import { Type } from '@sinclair/typebox';
import {
  byKind,
  byName,
  closed,
  flag,
  json,
  list,
  name,
  seconds,
  secretText,
  section,
  text,
  textLike,
  type ValueOf,
} from './schema-parts.ts';

/** How a secret is kept. */
const secret = Type.Unsafe<{ plain: string } | { sha256: string } | { argon2id: string }>(
  closed(
    {
      plain: Type.Optional(secretText('The secret itself, from an environment variable.')),
      sha256: Type.Optional(
        secretText('SHA-256 of a random key.', {
          pattern: '^[0-9a-f]{64}$',
          expects: 'a SHA-256 as 64 hexadecimal digits in lower case',
        }),
      ),
      argon2id: Type.Optional(
        secretText('argon2id hash of a password.', {
          pattern: '^\\$argon2id\\$',
          expects: 'a hash that begins with $argon2id$, as `polyface keys hash` prints it',
        }),
      ),
    },
    { minProperties: 1, maxProperties: 1 },
  ),
);

const shared = {
  id: textLike(
    '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
    'a name of at most 63 letters, digits, dots, underscores and hyphens',
    'Short name for logs and rate limits.',
  ),
  dialect: name('The dialect that the credential is for.'),
  scopes: list(text('A scope that an operation of the dialect asks for.')),
  subject: Type.Optional(text("The caller's own id in the dialect; absent: no person's credential.")),
};

const credential = byKind(
  {
    basic: { ...shared, username: text('User name.'), secret },
    key: { ...shared, secret },
    client: {
      ...shared,
      key: text('Client key, which is no secret.'),
      secret,
      ttlSeconds: seconds(300, 'Life of a token that is issued for it.'),
    },
    'jwt-secret': {
      ...shared,
      secret: secretText('The secret that signs the tokens (HS256).'),
      issuer: Type.Optional(text('Required `iss` of a token.')),
      audience: Type.Optional(text('Required `aud` of a token.')),
    },
    'jwt-issuer': {
      ...shared,
      issuer: text('Required `iss` of a token.'),
      audience: text('Required `aud` of a token.'),
      jwksUri: textLike('^https?://', 'an http or https address', "Address of the issuer's keys (JWKS)."),
      algorithms: Type.Array(text('A signature algorithm that is accepted.'), {
        minItems: 1,
        default: ['RS256', 'ES256'],
      }),
    },
  },
  '`basic`: user name and password. `key`: a random key or opaque token. `client`: a key and secret that are exchanged for tokens. `jwt-secret`, `jwt-issuer`: signed tokens.',
);

const subject = closed({
  id: text('The id that the records are kept under.'),
  aliases: byName(text("The person's id in that dialect."), { default: {} }),
  identifiers: byName(text('A further identifier, such as `externalId`.'), { default: {} }),
  profile: section({
    firstName: Type.Optional(text('First name.')),
    lastName: Type.Optional(text('Last name.')),
    email: Type.Optional(text('E-mail address; the dialects find people by it.')),
    phoneNumber: Type.Optional(text('Phone number; the dialects find people by it.')),
    extra: Type.Optional(byName(json({ description: 'Further fields that this dialect prints.' }))),
  }),
});

/** The schema of one entry of `tenants`. */
export const tenantSchema = closed({
  id: name('Name of the tenant; part of every storage key.'),
  strictSubjects: flag(
    true,
    '`true`: an id that the directory does not know is an error. `false`: the first upload creates the person.',
  ),
  dialects: byName(
    closed({
      options: json({
        default: {},
        description: 'Options that replace those of the dialect for this tenant.',
      }),
    }),
    {
      default: {},
    },
  ),
  credentials: list(credential),
  subjects: list(subject),
});

/**
 * One tenant: its people, its credentials, its options of each dialect. A credential never reaches another
 * tenant.
 */
export type TenantSettings = ValueOf<typeof tenantSchema>;

/** A person in the built-in directory. */
export type SubjectSettings = TenantSettings['subjects'][number];

/** A credential of a tenant for one dialect. */
export type CredentialSettings = TenantSettings['credentials'][number];

/** How a secret is kept. `plain` is for demos and environment variables. */
export type SecretSettings = ValueOf<typeof secret>;
