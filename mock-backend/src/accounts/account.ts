import { ApiError } from '../api-error.ts';
import { DEFAULT_PLANS, type Plan, UNLIMITED } from './plans.ts';

/** What an API token says of who sends it. */
export interface AccessClaims {
  readonly accountId: string;
  /** The plan of the account; without limits where absent. */
  readonly planId?: string;
  /** Of the profile that watches: titles for older viewers are not for it. No limit where absent. */
  readonly profileAge?: number;
  /** Of the token, by which it can be called back; absent where it has none. */
  readonly tokenId?: string;
  /** Unix time in milliseconds. */
  readonly issuedAtMs?: number;
}

export interface Account {
  readonly accountId: string;
  readonly plan: Plan;
  readonly profileAge?: number;
}

/** @throws ApiError where the plan is none of `plans`: too much is not given away by a wrong name. */
export function accountOf(
  { accountId, planId, profileAge }: AccessClaims,
  plans: readonly Plan[] = DEFAULT_PLANS,
): Account {
  const plan = planId === undefined ? UNLIMITED : plans.find((one) => one.planId === planId);
  if (!plan)
    throw new ApiError('account/unknown-plan', `The token names the plan "${planId}", which is not set up here.`, {
      planId: String(planId).slice(0, 64),
      plans: plans.map((one) => one.planId),
    });
  return profileAge === undefined ? { accountId, plan } : { accountId, plan, profileAge };
}
