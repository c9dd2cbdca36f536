/**
 * The largest rate that is still compatible, at 95 % confidence, with seeing `hits` in `trials`: the
 * one-sided Clopper-Pearson bound. 1 without trials.
 */
export function upperBound95(hits: number, trials: number): number {
  if (trials === 0 || hits >= trials) return 1;
  let low = hits / trials;
  let high = 1;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (atMost(hits, trials, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/** The probability of at most `hits` in `trials` at a rate. */
function atMost(hits: number, trials: number, rate: number): number {
  let logTerm = trials * Math.log1p(-rate);
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= hits; k += 1) {
    logTerm += Math.log((trials - k + 1) / k) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(logTerm);
  }
  return sum;
}
