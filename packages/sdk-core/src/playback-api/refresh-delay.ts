/** After the first renewal that failed; doubles with each further one. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** A crowd that started together, or lost the control plane together, does not come back at one moment. */
const SPREAD = 0.2;

/**
 * How long to wait before a grant is asked for again: as long as the backend said, or less and less eagerly where it
 * could not be reached. Undefined where nobody wants it refreshed. `random` in [0, 1).
 */
export function refreshDelayMs(
  { refreshInMs, failures }: { readonly refreshInMs: number | undefined; readonly failures: number },
  random: number,
): number | undefined {
  const retryMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
  const delayMs = failures > 0 ? retryMs : refreshInMs;
  return delayMs === undefined ? undefined : delayMs * (1 - SPREAD / 2 + SPREAD * random);
}
