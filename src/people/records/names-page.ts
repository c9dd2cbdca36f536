import { setTimeout as pause } from 'node:timers/promises';
import { namesOf } from '../../domain/index.ts';
import type { Claim, OpenPages } from './change-plan.ts';
import { placeOfKey } from './find-person.ts';
import { type Claims, readClaims, writeClaims } from './name-claims.ts';
import { digestOfName } from './name-digest.ts';
import { entryIn } from './people-text.ts';
import { isLiving, type PeoplePage, type PersonEntry } from './person-entry.ts';

/** Longest pause between two attempts. */
const MAX_PAUSE_MS = 40;

/** Waits a little longer after each lost race. */
export async function pauseAfterRaces(lost: number): Promise<void> {
  if (lost > 0) await pause(Math.random() * Math.min(2 ** lost, MAX_PAUSE_MS));
}

/**
 * Changes the claims of a page of names, and gives the new claims. `change` says whether there is anything to
 * write.
 */
export async function changeNames(
  { pages }: OpenPages,
  index: number,
  change: (claims: Claims) => boolean,
): Promise<Claims> {
  for (let lost = 0; ; lost += 1) {
    await pauseAfterRaces(lost);
    const { page, version } = await pages.read('names', index);
    const claims = readClaims(page.names);
    if (!change(claims)) return claims;
    const names = writeClaims(claims);
    if ((await pages.swap('names', index, version, { schema: 2, names })) === 'swapped') return claims;
  }
}

/**
 * Whether one of these people lists the name. `touch`: a change that read one of their pages before this has
 * to begin again.
 */
export async function isTaken(
  open: OpenPages,
  { tenant, token }: Claim,
  keys: readonly string[],
  how: 'look' | 'touch',
): Promise<boolean> {
  const { pages, count } = open;
  for (const key of keys) {
    const index = pages.indexOf(placeOfKey(key), count);
    const { people } = how === 'touch' ? await touch(open, index) : (await pages.read('people', index)).page;
    const entry = entryIn(people, key);
    if (entry?.tenant === tenant && tokensOf(entry).includes(token)) return true;
  }
  return false;
}

function tokensOf(entry: PersonEntry): readonly string[] {
  if ('names' in entry) return entry.names;
  return isLiving(entry) ? namesOf(entry).map((name) => digestOfName(entry.tenant, name).token) : [];
}

/** Swaps a page for itself, so that a change that read it before cannot swap it any more. */
async function touch({ pages }: OpenPages, index: number): Promise<PeoplePage> {
  for (;;) {
    const { page, version } = await pages.read('people', index);
    if ((await pages.swap('people', index, version, page)) === 'swapped') return page;
  }
}
