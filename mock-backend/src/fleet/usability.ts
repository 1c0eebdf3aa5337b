import type { HealthReport, OcaCondition } from '@pressplay/protocol/messages';

/** `H`: dropped or put behind for health. */
export type Usability =
  | { readonly usable: true; readonly saturated: boolean; readonly reason: string }
  | { readonly usable: false; readonly reason: string };

/** In one word. */
export function conditionOf(
  { report, atMs, drained }: { readonly report: HealthReport; readonly atMs: number; readonly drained?: string },
  nowMs: number,
  healthDeadlineMs: number,
): OcaCondition {
  if (nowMs - atMs > healthDeadlineMs) return 'silent';
  return drained !== undefined && report.verdict !== 'failing' ? 'draining' : report.verdict;
}

/** May steering and fill name this OCA now? Silence means no. */
export function usabilityOf(
  health: { readonly report: HealthReport; readonly atMs: number; readonly drained?: string } | undefined,
  nowMs: number,
  healthDeadlineMs: number,
): Usability {
  if (!health) return { usable: false, reason: 'never reported health' };
  const ageMs = nowMs - health.atMs;
  if (ageMs > healthDeadlineMs) return { usable: false, reason: `silent for ${Math.round(ageMs)} ms` };
  const { verdict, reason } = health.report;
  if (verdict === 'failing' || verdict === 'draining') return { usable: false, reason: `${verdict}: ${reason}` };
  if (health.drained !== undefined) return { usable: false, reason: health.drained };
  return { usable: true, saturated: verdict === 'saturated', reason: `${verdict}: ${reason}` };
}
