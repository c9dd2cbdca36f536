import { ProblemError } from '../../domain/index.ts';
import { asPersonProblem } from './as-person-problem.ts';
import {
  type ChangePlan,
  type ChangeResult,
  claimsOf,
  type OpenPages,
  type PersonChange,
  refuse,
} from './change-plan.ts';
import { claimNames } from './claim-names.ts';
import type { DirectoryPages } from './directory-pages.ts';
import { placeOfKey } from './find-person.ts';
import { forEachAtOnce, groupBy } from './in-groups.ts';
import { pauseAfterRaces } from './names-page.ts';
import { entryIn, withEntries } from './people-text.ts';
import type { PeoplePage } from './person-entry.ts';
import { withdrawNames } from './withdraw-names.ts';

/** How many swaps and reads are under way at once. */
const AT_ONCE = 16;
/** After this many rounds, the remaining changes are refused as overlapping. */
const MAX_ROUNDS = 400;

/**
 * Changes people one by one, however many gateways do the same (docs/decisions/1801). A person's page is the
 * truth. A name's entry is a claim that counts only if the person lists the name. The order is: read the
 * person, claim the new names, make sure that no other claim stands in front, swap the person's page against
 * what was read, withdraw the names that are gone. A change that takes over an abandoned claim first moves
 * its own claim to the front, and then swaps the other person's page. So the other change cannot finish
 * without seeing it.
 */
export async function changePeople(
  pages: DirectoryPages,
  changes: readonly PersonChange[],
): Promise<ChangeResult[]> {
  const open = { pages, count: await pages.establish() };
  const plans: ChangePlan[] = changes.map((change) => ({ change, claims: [], blocked: false }));
  for (let round = 0; ; round += 1) {
    const unfinished = plans.filter(({ result }) => !result);
    if (unfinished.length === 0) break;
    if (round === MAX_ROUNDS) {
      for (const plan of unfinished) refuse(plan, { kind: 'conflict', reason: 'overlap' });
      break;
    }
    await pauseAfterRaces(round);
    await tryRound(open, unfinished);
  }
  await withdrawNames(open, plans);
  return plans.map(
    ({ result }) => result ?? { kind: 'refused', problem: { kind: 'conflict', reason: 'overlap' } },
  );
}

async function tryRound(open: OpenPages, plans: readonly ChangePlan[]): Promise<void> {
  const { pages, count } = open;
  const byPage = groupBy(plans, ({ change }) => pages.indexOf(placeOfKey(change.key), count));
  // Keeps only versions, because the pages of a large batch are most of the directory.
  const versions = new Map<number, string | undefined>();
  await forEachAtOnce(byPage, AT_ONCE, async ([index, ofPage]) => {
    const { page, version } = await pages.read('people', index);
    versions.set(index, version);
    for (const plan of ofPage) prepare(open, plan, page);
  });
  await claimNames(
    open,
    plans.filter(({ result }) => !result),
  );
  await forEachAtOnce(byPage, AT_ONCE, async ([index, ofPage]) => {
    const ready = ofPage.filter(({ result, blocked }) => !result && !blocked);
    if (ready.length === 0) return;
    const { page, version } = await pages.read('people', index);
    if (version !== versions.get(index)) return;
    const entries = new Map(ready.flatMap(({ change, after }) => (after ? [[change.key, after]] : [])));
    const people = withEntries(page.people, entries);
    if ((await pages.swap('people', index, version, { schema: 2, people })) === 'conflict') return;
    for (const plan of ready) plan.result = { kind: 'done', before: plan.before, after: plan.after };
  });
}

function prepare(open: OpenPages, plan: ChangePlan, page: PeoplePage): void {
  const before = entryIn(page.people, plan.change.key);
  plan.before = before;
  plan.blocked = false;
  try {
    const after = plan.change.make(before);
    if (!after) {
      plan.result = { kind: 'done', before, after: before };
      return;
    }
    plan.after = after;
    const listed = new Set(claimsOf(before, open).map(({ token }) => token));
    plan.claims = claimsOf(after, open).filter(({ token }) => !listed.has(token));
  } catch (cause) {
    const problem = cause instanceof ProblemError && asPersonProblem(cause.problem);
    if (!problem) throw cause;
    refuse(plan, problem);
  }
}
