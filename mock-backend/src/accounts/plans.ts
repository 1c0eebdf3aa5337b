/** What an account has paid for. What is absent has no limit. */
export interface Plan {
  readonly planId: string;
  readonly maxStreams?: number;
  readonly maxHeightPx?: number;
  /** False: pictures of high dynamic range are not for this plan. */
  readonly highDynamicRange?: boolean;
}

/** Of tokens that name no plan. */
export const UNLIMITED: Plan = { planId: 'unlimited' };

export const DEFAULT_PLANS: readonly Plan[] = [
  UNLIMITED,
  { planId: 'basic', maxStreams: 1, maxHeightPx: 720, highDynamicRange: false },
  { planId: 'standard', maxStreams: 2, maxHeightPx: 1080, highDynamicRange: false },
  { planId: 'premium', maxStreams: 4 },
];
