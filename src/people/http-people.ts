import {
  aliasSpace,
  type Clock,
  comparable,
  ID_SPACE,
  identifierSpace,
  type Json,
  type PersonDraft,
  ProblemError,
  type Subject,
} from '../domain/index.ts';
import type { PeopleSettings } from '../settings/people-settings.ts';
import { checkPerson } from './check-person.ts';
import type { Found, PeopleSource } from './people-source.ts';

type HttpSettings = Extract<PeopleSettings['directories'][number], { kind: 'http' }>;

/** The parts of the source. */
export interface HttpPeopleParts {
  readonly settings: HttpSettings;
  readonly dialects: ReadonlySet<string>;
  readonly subjectKey: (tenant: string, subjectId: string) => string;
  /** The id that the subject's record was made for; empty where there is none. */
  readonly subjectIdOf: (tenant: string, key: string) => Promise<string>;
  readonly clock: Clock;
}

/** How many answers are kept at once. */
const MAX_KEPT = 10_000;
const MAX_ANSWER_CHARACTERS = 65_536;

/** The service's answer: a person, no person, or that several people share the name. */
type Told = PersonDraft | 'ambiguous' | undefined;

interface Kept {
  readonly told: Told;
  readonly atMs: number;
}

/**
 * People of a company's own user service. `GET url?tenant&space&value` answers with a person, with 404, or
 * with 409 where several people share the name. Any other answer counts as a failure: then an answer of the
 * last day is used. Without one the caller gets `upstream-unavailable`, never "not found". Callers who ask
 * the same at once share one request.
 */
export function createHttpPeople({
  settings,
  dialects,
  subjectKey,
  subjectIdOf,
  clock,
}: HttpPeopleParts): PeopleSource {
  const kept = new Map<string, Kept>();
  const underWay = new Map<string, Promise<Told>>();

  const request = async (tenant: string, space: string, value: string): Promise<Told> => {
    const address = new URL(settings.url);
    for (const [name, text] of Object.entries({ tenant, space, value })) address.searchParams.set(name, text);
    const answer = await fetch(address, {
      // Only addresses from the settings are called.
      redirect: 'error',
      signal: AbortSignal.timeout(settings.timeoutSeconds * 1_000),
      headers: {
        accept: 'application/json',
        ...(settings.token === undefined ? {} : { authorization: `Bearer ${settings.token}` }),
      },
    });
    const text = await answer.text();
    if (answer.status === 404) return undefined;
    if (answer.status === 409) return 'ambiguous';
    if (answer.status !== 200 || text.length > MAX_ANSWER_CHARACTERS)
      throw new Error(`the user service answered ${answer.status} with ${text.length} characters`);
    return checkPerson(JSON.parse(text) as Json, dialects);
  };

  const look = async (tenant: string, space: string, value: string): Promise<Told> => {
    const name = JSON.stringify([tenant, space, value]);
    const known = kept.get(name);
    const ageMs = known ? clock.nowMs() - known.atMs : Number.POSITIVE_INFINITY;
    const isPerson = typeof known?.told === 'object';
    const lifeSeconds = isPerson ? settings.keepSeconds : settings.keepMissesSeconds;
    if (known && ageMs < lifeSeconds * 1_000) return known.told;
    const joined =
      underWay.get(name) ??
      request(tenant, space, value)
        .then((told) => {
          keep(name, told);
          return told;
        })
        .finally(() => underWay.delete(name));
    underWay.set(name, joined);
    try {
      return await joined;
    } catch (cause) {
      if (isPerson && ageMs < settings.staleSeconds * 1_000) return known?.told;
      throw new ProblemError({ kind: 'upstream-unavailable' }, { cause });
    }
  };

  const keep = (name: string, told: Told) => {
    kept.delete(name);
    kept.set(name, { told, atMs: clock.nowMs() });
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break;
      kept.delete(oldest);
    }
  };

  const find = async (tenant: string, space: string, value: string): Promise<Found> => {
    const told = await look(tenant, space, value);
    if (typeof told !== 'object') return told;
    const { id, aliases, profile } = told;
    return { key: subjectKey(tenant, id), tenant, id, aliases, profile } satisfies Subject;
  };

  return {
    byAlias: (tenant, dialect, id) => find(tenant, aliasSpace(dialect), id),
    byIdentifier: (tenant, name, value) => find(tenant, identifierSpace(name), comparable(name, value)),
    async byKey(tenant, key) {
      // The service does not know keys. A person with pictures has a record, and the record holds the id.
      const id = await subjectIdOf(tenant, key);
      if (id === '' || subjectKey(tenant, id) !== key) return undefined;
      return find(tenant, ID_SPACE, id);
    },
  };
}
