import { type ChangePlan, type Claim, type OpenPages, refuseName } from './change-plan.ts';
import { forEachAtOnce, groupBy } from './in-groups.ts';
import type { Claims } from './name-claims.ts';
import { changeNames, isTaken } from './names-page.ts';

/** How many pages are changed at once. */
const AT_ONCE = 16;
/**
 * A claim whose person does not list the name belongs to a change under way, or to one that crashed. After this
 * time it counts as crashed.
 */
const STALE_AFTER_MS = 400;
/** Most claims on one name. An identifier that this many people claim is ambiguous anyway. */
const MAX_CLAIMS = 64;

interface Contest {
  readonly plan: ChangePlan;
  readonly claim: Claim;
  readonly claimants: readonly string[];
}

/**
 * Claims every new name of the plans, and writes each page of names once. A page that holds the claims
 * already is swapped all the same, so that a withdrawal under way notices it. A plan whose name another
 * person claims first is refused, or `blocked` until the next round.
 */
export async function claimNames(open: OpenPages, plans: readonly ChangePlan[]): Promise<void> {
  const wanted = plans.flatMap((plan) => plan.claims.map((claim) => ({ plan, claim })));
  const contested: Contest[] = [];
  await forEachAtOnce(
    groupBy(wanted, ({ claim }) => claim.page),
    AT_ONCE,
    async ([index, claims]) => {
      const names = await changeNames(open, index, (now) => addClaims(now, claims));
      for (const { plan, claim } of claims) {
        const claimants = names.get(claim.token) ?? [];
        if (claim.unique && firstOf(claimants, plan) !== plan.change.key)
          contested.push({ plan, claim, claimants });
      }
    },
  );
  for (const contest of contested) if (!contest.plan.result) await settle(open, contest);
}

/** Adds the claims at the end of their lists; `false` where none of them can succeed. */
function addClaims(
  names: Claims,
  claims: readonly { readonly plan: ChangePlan; readonly claim: Claim }[],
): boolean {
  let goesOn = false;
  for (const { plan, claim } of claims) {
    const claimants = names.get(claim.token) ?? [];
    const isNew = !claimants.includes(plan.change.key) && claimants.length < MAX_CLAIMS;
    if (isNew) names.set(claim.token, [...claimants, plan.change.key]);
    goesOn ||= isNew || !claim.unique || firstOf(claimants, plan) === plan.change.key;
  }
  return goesOn;
}

function firstOf(claimants: readonly string[], { change }: ChangePlan): string | undefined {
  return claimants.find((claimant) => claimant !== change.absorbs);
}

/**
 * Another claim stands in front: its person has the name, is about to get it, or left the claim behind in a
 * crash.
 */
async function settle(open: OpenPages, { plan, claim, claimants }: Contest): Promise<void> {
  const { key, absorbs } = plan.change;
  plan.blocked = true;
  const others = claimants.filter((claimant) => claimant !== key && claimant !== absorbs);
  if (await isTaken(open, claim, others, 'look')) return refuseName(plan, claim);
  const front = String(others[0]);
  plan.waiting ??= new Map();
  const waiting = plan.waiting.get(claim.token);
  const nowMs = performance.now();
  if (waiting?.front !== front) {
    plan.waiting.set(claim.token, { front, sinceMs: nowMs });
    return;
  }
  if (nowMs - waiting.sinceMs < STALE_AFTER_MS) return;
  await changeNames(open, claim.page, (names) => {
    const behind = (names.get(claim.token) ?? []).filter((claimant) => claimant !== key);
    names.set(claim.token, [key, ...behind]);
    return true;
  });
  if (await isTaken(open, claim, others, 'touch')) refuseName(plan, claim);
}
