import { Type } from '@sinclair/typebox';
import { byKind, seconds, secretText, section, textLike, type ValueOf } from './schema-parts.ts';

const directory = byKind(
  {
    settings: {},
    records: {},
    http: {
      url: textLike(
        '^https?://[^?#]+$',
        'an http or https address without a query',
        'Address of the user service; asked as `GET url?tenant=…&space=…&value=…`.',
      ),
      token: Type.Optional(secretText('Bearer token for it.')),
      timeoutSeconds: seconds(2, 'Longest wait for an answer.'),
      keepSeconds: seconds(300, 'How long a person is used without asking again.'),
      keepMissesSeconds: seconds(30, 'How long an answer "no such person" is used.'),
      staleSeconds: seconds(86_400, 'How long a person is used while the service does not answer.'),
    },
  },
  '`settings`: the `subjects` of the tenants. `records`: people in the record store, changed by `polyface people` while gateways run. `http`: a user service of your own.',
);

/** The schema of `people`. */
export const peopleSchema = section({
  directories: Type.Array(directory, {
    minItems: 1,
    default: [{ kind: 'settings' }, { kind: 'records' }],
    description: 'Where people are looked up; the first that knows the person wins.',
  }),
});

/** Where people are looked up. */
export type PeopleSettings = ValueOf<typeof peopleSchema>;
