import { type ChangePlan, type Claim, claimsOf, type OpenPages } from './change-plan.ts';
import { forEachAtOnce, groupBy } from './in-groups.ts';
import { readClaims, writeClaims } from './name-claims.ts';
import { isTaken } from './names-page.ts';

/** How many pages are changed at once. */
const AT_ONCE = 16;

interface GivenUp {
  readonly key: string;
  readonly claim: Claim;
}

/**
 * Removes claims that their person does not list: names that people no longer have, and new names of refused
 * changes. It reads the name's page, then touches the person's page, then swaps the name's page against what
 * was read. A change that claims the name for the person meanwhile fails one of the two.
 */
export async function withdrawNames(open: OpenPages, plans: readonly ChangePlan[]): Promise<void> {
  const { pages } = open;
  await forEachAtOnce(
    groupBy(
      plans.flatMap((plan) => namesGivenUp(open, plan)),
      ({ claim }) => claim.page,
    ),
    AT_ONCE,
    async ([index, ofPage]) => {
      for (;;) {
        const { page, version } = await pages.read('names', index);
        const claims = readClaims(page.names);
        for (const { key, claim } of ofPage) {
          const claimants = claims.get(claim.token);
          if (!claimants?.includes(key)) continue;
          if (await isTaken(open, claim, [key], 'touch')) continue;
          const left = claimants.filter((claimant) => claimant !== key);
          if (left.length > 0) claims.set(claim.token, left);
          else claims.delete(claim.token);
        }
        const names = writeClaims(claims);
        if ((await pages.swap('names', index, version, { schema: 2, names })) === 'swapped') return;
      }
    },
  );
}

function namesGivenUp(open: OpenPages, { change, result, claims }: ChangePlan): GivenUp[] {
  const given = (claim: Claim) => ({ key: change.key, claim });
  if (result?.kind !== 'done') return claims.map(given);
  if (!result.before || result.before === result.after) return [];
  const kept = new Set(claimsOf(result.after, open).map(({ token }) => token));
  return claimsOf(result.before, open)
    .filter(({ token }) => !kept.has(token))
    .map(given);
}
