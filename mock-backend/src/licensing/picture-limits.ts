import type { DeviceCapabilities, Licence } from '@pressplay/protocol/messages';
import type { Plan } from '../accounts/plans.ts';

/** The tallest picture for somebody, and who says so. */
export interface PictureLimits {
  readonly maxHeightPx: number;
  readonly highDynamicRange: boolean;
  readonly heightLimitedBy: 'none' | 'plan' | 'security-level';
}

const WEAKEST = 'L3';

/** What plan and licence let this device see. A device that does not say how well it keeps keys keeps them badly. */
export function pictureLimits(
  plan: Plan,
  licence: Licence,
  { securityLevel = WEAKEST }: Pick<DeviceCapabilities, 'securityLevel'>,
): PictureLimits {
  const planPx = plan.maxHeightPx ?? Number.POSITIVE_INFINITY;
  const securityPx = licence.maxHeightPxBySecurity?.[securityLevel] ?? Number.POSITIVE_INFINITY;
  const maxHeightPx = Math.min(planPx, securityPx);
  const limitedBy = securityPx < planPx ? 'security-level' : 'plan';
  return {
    maxHeightPx,
    highDynamicRange: plan.highDynamicRange !== false,
    heightLimitedBy: Number.isFinite(maxHeightPx) ? limitedBy : 'none',
  };
}
