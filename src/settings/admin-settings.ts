import { Type } from '@sinclair/typebox';
import {
  byName,
  choice,
  closed,
  count,
  flag,
  list,
  section,
  text,
  textLike,
  type ValueOf,
} from './schema-parts.ts';

/**
 * What an operator may do: read, operate, or change the rights of others. Each role includes the ones before
 * it.
 */
export const ADMIN_ROLES = ['read', 'operate', 'admin'] as const;

const role = choice(ADMIN_ROLES, 'The role of operators whose sign-in carries this word.');

const oidc = closed({
  issuer: text('The issuer of the tokens, as they state it.'),
  audience: text('The audience that the tokens must be for.'),
  jwksUri: textLike('^https?://', 'an http or https address', "Address of the provider's published keys."),
  algorithms: list(text('A signature algorithm that is accepted.'), { default: ['RS256', 'ES256'] }),
  roleClaim: text('The claim that holds a word, or several, for the role.', { default: 'roles' }),
  roles: byName(role),
});

const forwardAuth = closed({
  proxies: Type.Array(text('Address or CIDR of a trusted proxy; no other is trusted.'), { minItems: 1 }),
  userHeader: text('Header that holds the name of the operator.', { default: 'X-Forwarded-User' }),
  roleHeader: text('Header that holds words for the role.', { default: 'X-Forwarded-Groups' }),
  roles: byName(role),
});

/** The schema of `admin`. */
export const adminSchema = closed({
  listen: section({
    host: text('Address of the admin port.', { default: '127.0.0.1' }),
    port: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description: 'The admin port; default: the port of the gateway plus one.',
      }),
    ),
  }),
  hosts: list(text('A host, with its port, under which browsers reach the console; needed behind a proxy.')),
  showPictures: flag(false, 'Whether operators of the role `admin` may see the pictures themselves.'),
  recentRequests: count(2_000, 'How many requests the console remembers, of each gateway.', 1),
  keepRequestsHours: Type.Number({
    minimum: 0,
    maximum: 24 * 31,
    default: 0,
    description:
      'How long these requests are kept in the store, so that those of all gateways and of earlier runs can be found; 0: in memory alone.',
  }),
  auth: section({ oidc: Type.Optional(oidc), forwardAuth: Type.Optional(forwardAuth) }),
});

/** The settings of the admin side. */
export type AdminSettings = ValueOf<typeof adminSchema>;
