import { isDeepStrictEqual } from 'node:util';
import type { PeopleRegistry, PersonDraft, Subject, SubjectProfile } from '../../domain/index.ts';
import type { BackendSettings } from '../../settings/migration-settings.ts';

/** How many people with new fields may wait. Above that, fields are learned from a later answer. */
const MOST_WAITING = 5_000;
/** How many people are stored at once. */
const BATCH = 200;
/** How long the first of a batch waits for others, in milliseconds. */
const GATHER_MS = 200;

/** Stores in the directory what the backend's answers say of people. */
export interface PeopleLearner {
  /** Whether the settings name fields to learn. */
  readonly isActive: boolean;
  /** Notes what an answer said of a person; the caller does not wait for it. */
  learn(subject: Subject, printed: SubjectProfile): void;
  /** Resolves when everything noted so far is stored. */
  settle(): Promise<void>;
}

/**
 * The learner of one migration. While there is a backend, clients see its fields, so they win over those of
 * the directory. Only people of the registry are changed; people of another directory are left to that
 * directory.
 */
export function createPeopleLearner(parts: {
  readonly fields: BackendSettings['learn'];
  readonly registry: PeopleRegistry | undefined;
  readonly warn: (message: string, cause: unknown) => void;
}): PeopleLearner {
  const { registry, fields } = parts;
  const waiting = new Map<string, { readonly subject: Subject; readonly profile: SubjectProfile }>();
  let keeping: Promise<void> | undefined;

  async function keepAll(known: PeopleRegistry): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    while (waiting.size > 0) {
      const batch = [...waiting.entries()].slice(0, BATCH);
      for (const [key] of batch) waiting.delete(key);
      try {
        await keep(
          known,
          batch.map(([, one]) => one),
        );
      } catch (cause) {
        parts.warn(
          'what the backend says of people could not be kept; their next answer is learned from',
          cause,
        );
      }
    }
  }

  async function keep(
    known: PeopleRegistry,
    batch: readonly { readonly subject: Subject; readonly profile: SubjectProfile }[],
  ): Promise<void> {
    const drafts = await Promise.all(
      batch.map(async ({ subject, profile }) => {
        const person = await known.readKey(subject.tenant, subject.key);
        if (!person) return [];
        const draft: PersonDraft = { id: person.id, aliases: {}, identifiers: {}, profile };
        return [{ tenant: subject.tenant, draft }];
      }),
    );
    for (const [tenant, found] of Map.groupBy(drafts.flat(), (one) => one.tenant)) {
      await known.putMany(
        tenant,
        found.map(({ draft }) => draft),
        'patch',
      );
    }
  }

  return {
    isActive: fields.length > 0 && registry !== undefined,
    learn(subject, printed) {
      const profile = newsIn(fields, subject.profile, printed);
      if (!registry || !profile) return;
      if (waiting.size >= MOST_WAITING && !waiting.has(subject.key)) return;
      waiting.set(subject.key, { subject, profile });
      keeping ??= keepAll(registry).finally(() => {
        keeping = undefined;
      });
    },
    async settle() {
      for (let running = keeping; running; running = keeping) await running;
    },
  };
}

/** The fields to learn whose value differs from the directory's; `undefined` where there are none. */
function newsIn(
  fields: BackendSettings['learn'],
  known: SubjectProfile,
  printed: SubjectProfile,
): SubjectProfile | undefined {
  const news = fields.flatMap((field) => {
    const value = printed[field];
    return value === undefined || says(known[field], value) ? [] : [[field, value] as const];
  });
  return news.length > 0 ? Object.fromEntries(news) : undefined;
}

/**
 * Whether the known value already says the printed one. For `extra`, every printed member has to be known.
 */
function says(known: unknown, printed: unknown): boolean {
  if (typeof printed !== 'object' || printed === null || Array.isArray(printed))
    return isDeepStrictEqual(known, printed);
  const members = new Map<string, unknown>(Object.entries(known ?? {}));
  return Object.entries(printed).every(([name, value]) => says(members.get(name), value));
}
