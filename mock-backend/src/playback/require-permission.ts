import type { Account } from '../accounts/account.ts';
import { ApiError } from '../api-error.ts';
import type { CatalogEntry } from '../catalog/catalog-entry.ts';
import { judgeLicence } from '../licensing/licence.ts';

/** Whether this account may see this title here and now. @throws ApiError where not. */
export function requirePermission(
  { titleId, licence, minAge = 0 }: Pick<CatalogEntry, 'titleId' | 'licence' | 'minAge'>,
  { profileAge = Number.POSITIVE_INFINITY }: Account,
  country: string | undefined,
  wallMs: number,
): void {
  const verdict = judgeLicence(licence, country, wallMs);
  if (!verdict.allowed) {
    const { code, reason, startsAtMs } = verdict;
    const context = { titleId, ...(country && { country }), ...(startsAtMs !== undefined && { startsAtMs }) };
    throw new ApiError(code, reason, context);
  }
  if (profileAge >= minAge) return;
  const message = `This title is for viewers from ${minAge} on; the profile is for viewers of ${profileAge}.`;
  throw new ApiError('account/age-rating', message, { titleId, minAge, profileAge });
}
