import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { StoreSettings } from '../../src/settings/settings.ts';

/** A person who has a picture, by the ids of every dialect. */
export interface ChaosSubject {
  readonly id: string;
  readonly number: number;
}

/** The people of a run. */
export function chaosSubjects(count: number): ChaosSubject[] {
  return Array.from({ length: count }, (_, number) => ({ id: `subject-${number}`, number: number + 1 }));
}

/** What the till's password looks like on the wire. */
export const TILL = `till:${createHash('md5').update('till-password').digest('hex')}`;

/** A subject's own key in the dialect that knows no ids. */
export function timbuKey({ number }: ChaosSubject): string {
  return `timbu-key-${number}`;
}

/** Writes the settings of a gateway that knows the subjects in all dialects. */
export async function writeChaosSettings(
  file: string,
  subjects: readonly ChaosSubject[],
  store: StoreSettings,
): Promise<void> {
  const credential = (id: string, dialect: string, secret: string, more: object) => ({
    id,
    dialect,
    kind: 'key',
    secret: { plain: secret },
    ...more,
  });
  const settings = {
    demo: true,
    listen: { host: '127.0.0.1', port: 0 },
    store,
    log: { level: 'warn' },
    rateLimits: { enabled: false },
    imaging: { workers: 1 },
    dialects: { 'capillary-v2': {}, 'magicline-v1': {}, smartsheet: {}, timbu: {}, native: {} },
    tenants: [
      {
        id: 'chaos',
        strictSubjects: true,
        credentials: [
          {
            id: 'till',
            dialect: 'capillary-v2',
            kind: 'basic',
            username: 'till',
            secret: { plain: 'till-password' },
          },
          credential('v1', 'magicline-v1', 'v1-key', { scopes: ['CUSTOMER_WRITE'] }),
          credential('admin', 'smartsheet', 'smartsheet-key', {
            scopes: ['WRITE_SHEETS', 'READ_USERS', 'ADMIN_USERS'],
            subject: '4001',
          }),
          credential('native', 'native', 'native-key', { scopes: ['images:read', 'images:write'] }),
          ...subjects.map((subject) =>
            credential(`timbu-${subject.number}`, 'timbu', timbuKey(subject), {
              subject: `t${subject.number}`,
            }),
          ),
        ],
        subjects: subjects.map(({ id, number }) => ({
          id,
          aliases: {
            'capillary-v2': String(1_000 + number),
            'magicline-v1': String(2_000 + number),
            smartsheet: String(4_000 + number),
            timbu: `t${number}`,
            native: id,
          },
          profile: { firstName: 'Chaos', lastName: String(number), email: `${id}@example.com` },
        })),
      },
    ],
  };
  await writeFile(file, stringify(settings));
}
