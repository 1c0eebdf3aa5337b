/**
 * One of the candidates (best first) that are nearly as good as the first, each as probable as it is fast: a crowd that
 * must leave a server does not fall upon the next one together. `chance` in [0, 1).
 */
export function pickNearlyBest<T extends { readonly predictedMs: number }>(
  candidates: readonly T[],
  chance: number,
  nearFactor: number,
): T | undefined {
  const [best] = candidates;
  if (!best) return undefined;
  const near = candidates.filter(({ predictedMs }) => predictedMs <= best.predictedMs * nearFactor);
  const weights = near.map(({ predictedMs }) => 1 / Math.max(1, predictedMs));
  let left = chance * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return near[index];
  }
  return best;
}
